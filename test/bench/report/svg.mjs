/** The little of SVG that the plots need. */

const escape = (text) => String(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** One element; children are elements already, or text. */
export const element = (name, attributes, children = '') => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(typeof value === 'number' ? Number(value.toFixed(1)) : value)}"`);
  return children === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${children}</${name}>`;
};

export const label = (x, y, text, attributes = {}) => element('text', { x, y, ...attributes }, escape(text));

export const line = (x1, y1, x2, y2, kind) => element('line', { x1, y1, x2, y2, class: kind });

// Shown as an image, a plot sees the reader's colour scheme but not the page's, so it brings its own ground.
const STYLE = `
  text { font: 12px -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; fill: #1f2328 }
  .ground { fill: #ffffff; stroke: #d1d9e0 }
  .title { font-size: 15px; font-weight: 600 }
  .quiet { fill: #59636e }
  .strong { font-weight: 600 }
  .grid { stroke: #d1d9e0; stroke-width: 1; stroke-dasharray: 2 3 }
  .axis { stroke: #818b98; stroke-width: 1 }
  .range { stroke: #1f2328; stroke-width: 1.2; opacity: .55 }
  .ours { fill: #c2185b; stroke: #c2185b }
  .peer { fill: #7d8fa9; stroke: #7d8fa9 }
  .floor { fill: #b4bfcb; stroke: #b4bfcb }
  rect { stroke-width: 0 }
  .ground { stroke-width: 1 }
  polyline.ours, polyline.peer, polyline.floor { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ground { fill: #0d1117; stroke: #3d444d }
    .quiet { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .axis { stroke: #656c76 }
    .range { stroke: #e6edf3 }
    .ours { fill: #f06292; stroke: #f06292 }
    .peer { fill: #7088ad; stroke: #7088ad }
    .floor { fill: #4d5763; stroke: #4d5763 }
  }
`;

/** A whole picture on a ground of its own, with a title and what is to be read below it. */
export const picture = ({ width, height, title, notes, body }) =>
  `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' },
    [
      element('title', {}, escape(title)),
      element('style', {}, STYLE),
      element('rect', { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8, class: 'ground' }),
      label(24, 34, title, { class: 'title' }),
      ...notes.map((note, at) => label(24, 54 + 17 * at, note, { class: 'quiet' })),
      ...body,
    ].join('\n'),
  )}\n`;

import type { Arbitrary, FastCheck } from './FastCheck.ts';

/** How one line is written: what comes before it, how it ends, and whether the space after its colon is left out. */
interface LineStyle {
  readonly before: readonly string[];
  readonly lineEnd: string;
  readonly tight: boolean;
}

const MEANINGLESS = [': keepalive', ':', ': data: {"no":1}', 'x-unknown: 1', 'unknown', 'id: 7', 'retry: 1000', 'datab: 1'];

/** See `Arbitraries.withNoise`. */
export const withNoise = (fc: FastCheck, bytes: Uint8Array): Arbitrary<Uint8Array> => {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/);
  const style = fc.record<LineStyle>({
    before: fc.array(fc.constantFrom(...MEANINGLESS), { maxLength: 2 }),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    tight: fc.boolean(),
  });
  return fc
    .record({ styles: fc.array(style, { minLength: 1, maxLength: 16 }), byteOrderMark: fc.boolean() })
    .map(({ styles, byteOrderMark }) =>
      new TextEncoder().encode(`${byteOrderMark ? '\ufeff' : ''}${rewrite(lines, styles)}`),
    );
};

const rewrite = (lines: readonly string[], styles: readonly LineStyle[]): string => {
  let written = '';
  lines.forEach((line, index) => {
    const { before, lineEnd, tight } = styles[index % styles.length] ?? PLAIN;
    const all = [...before, tight ? line.replace(/^data: (?! )/, 'data:') : line];
    // The last line has no end of its own: what follows the last line end is no line.
    if (index === lines.length - 1) all.pop();
    // After a CR, an empty line that ends in LF would become part of that line's end.
    for (const each of all) written += each + (each === '' && written.endsWith('\r') ? '\r' : lineEnd);
  });
  return written + (lines.at(-1) ?? '');
};

const PLAIN: LineStyle = { before: [], lineEnd: '\n', tight: false };

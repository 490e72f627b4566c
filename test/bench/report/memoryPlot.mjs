import { medianOf } from '../statistics.mjs';
import { element, label, line, picture } from './svg.mjs';

const WIDTH = 860;
const HEIGHT = 400;
const LEFT = 76;
const RIGHT = 220;
const TOP = 90;
const BOTTOM = 52;

const KINDS = { undici: 'floor', 'rx-completions': 'ours', openai: 'peer' };
const MEGABYTE = 1024 ** 2;

/** What all streams together have in use, in MiB. Pages of the process come and go in larger steps, so they are told in words. */
const pointOf = ({ streams, heapBytes }) => ({ streams, megabytes: (streams * medianOf(heapBytes)) / MEGABYTE });

const kilobytes = (bytes) => Math.round(medianOf(bytes) / 1024);

/** What a process takes for streams that are open and silent. */
export const memoryPlot = ({ node, memory, versions }) => {
  const lines = Object.entries(memory).map(([client, sizes]) => ({ client, largest: sizes.at(-1), points: [{ streams: 0, megabytes: 0 }, ...sizes.map(pointOf)] }));
  const points = lines.flatMap((each) => each.points);
  const mostStreams = Math.max(...points.map(({ streams }) => streams));
  const mostMegabytes = Math.max(...points.map(({ megabytes }) => megabytes));
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((each) => mostMegabytes / each <= 6) ?? 500;
  const top = Math.ceil(mostMegabytes / step) * step;
  const x = (streams) => LEFT + (streams / mostStreams) * (WIDTH - LEFT - RIGHT);
  const y = (megabytes) => HEIGHT - BOTTOM - (megabytes / top) * (HEIGHT - BOTTOM - TOP);

  const rows = Array.from({ length: top / step + 1 }, (_, at) => at * step).flatMap((mark) => [
    line(LEFT, y(mark), WIDTH - RIGHT, y(mark), mark === 0 ? 'axis' : 'grid'),
    label(LEFT - 10, y(mark) + 4, `${mark} MiB`, { class: 'quiet', 'text-anchor': 'end' }),
  ]);
  const columns = lines[0].points.slice(1).map(({ streams }) =>
    label(x(streams), HEIGHT - BOTTOM + 20, streams.toLocaleString('en'), { class: 'quiet', 'text-anchor': 'middle' }),
  );
  const drawn = lines.flatMap(({ client, largest, points: own }) => {
    const kind = KINDS[client];
    const last = own.at(-1);
    const version = versions[client] === undefined ? '' : ` ${versions[client]}`;
    const each = `${kilobytes(largest.heapBytes)} KiB each, ${kilobytes(largest.rssBytes)} resident`;
    return [
      element('polyline', { points: own.map(({ streams, megabytes }) => `${x(streams).toFixed(1)},${y(megabytes).toFixed(1)}`).join(' '), class: kind }),
      ...own.slice(1).map(({ streams, megabytes }) => element('circle', { cx: x(streams), cy: y(megabytes), r: 4, class: kind })),
      label(x(last.streams) + 14, y(last.megabytes) - 2, `${client}${version}`, { class: 'strong' }),
      label(x(last.streams) + 14, y(last.megabytes) + 14, each, { class: 'quiet' }),
    ];
  });
  return picture({
    width: WIDTH,
    height: HEIGHT,
    title: 'What open streams take',
    notes: [`Memory in use for open, silent streams, above what the process had in use before; median, Node.js ${node}. Lower is better.`],
    body: [...rows, ...columns, label(x(mostStreams / 2), HEIGHT - 12, 'open streams', { class: 'quiet', 'text-anchor': 'middle' }), ...drawn],
  });
};

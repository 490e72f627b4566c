import { clients, FLOOR, isOurs, titleOf } from '../clients/clients.mjs';
import { medianOf, ratioOf } from '../statistics.mjs';
import { digits } from './digits.mjs';
import { element, label, line, picture } from './svg.mjs';

const WIDTH = 860;
const LEFT = 262;
const RIGHT = 136;
const TOP = 96;
const STEP = 27;
const BAR = 17;

const kindOf = (name) => (isOurs(name) ? 'ours' : clients[name].from === undefined ? 'floor' : 'peer');

/** Marks along the axis, a handful of round ones. */
const marksUpTo = (most) => {
  const step = [0.5, 1, 2, 5, 10, 20, 50].find((each) => most / each <= 8) ?? 100;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
};

/** What a chunk of ordinary text costs with each client, the cheapest first. */
export const costPlot = ({ node, costs: { text }, versions }) => {
  const bars = Object.entries(text.microseconds)
    .map(([name, values]) => ({ name, microseconds: medianOf(values), ...ratioOf(values, text.microseconds[FLOOR]) }))
    .sort((one, other) => one.median - other.median);
  const most = Math.max(...bars.map(({ high }) => high));
  const x = (ratio) => LEFT + (ratio / most) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + STEP * bars.length;

  const marks = marksUpTo(most).flatMap((mark) => [
    line(x(mark), TOP - 4, x(mark), bottom, mark === 0 ? 'axis' : 'grid'),
    label(x(mark), bottom + 17, `${mark}×`, { class: 'quiet', 'text-anchor': 'middle' }),
  ]);
  const rows = bars.flatMap(({ name, microseconds, median, low, high }, at) => {
    const y = TOP + STEP * at;
    const middle = y + BAR / 2;
    const version = clients[name].from === undefined ? '' : ` ${versions[clients[name].from]}`;
    const title = `${titleOf(name)}${version}`;
    return [
      label(LEFT - 10, middle + 4, title, { 'text-anchor': 'end', ...(isOurs(name) && { class: 'strong' }) }),
      element('rect', { x: LEFT, y, width: x(median) - LEFT, height: BAR, rx: 2, class: kindOf(name) }),
      ...(name === FLOOR ? [] : [line(x(low), middle, x(high), middle, 'range')]),
      label(x(high) + 8, middle + 4, `${digits(median)}×  ·  ${digits(microseconds)} µs`, isOurs(name) ? { class: 'strong' } : {}),
    ];
  });
  return picture({
    width: WIDTH,
    height: bottom + 34,
    title: 'What a chunk of text costs',
    notes: [`CPU of the client process per chunk of about 250 bytes, as a multiple of what one writes by hand;`, `median and range, Node.js ${node}. Shorter is better.`],
    body: [...marks, ...rows],
  });
};

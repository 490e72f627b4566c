import { clients, FLOOR, titleOf } from '../clients/clients.mjs';
import { medianOf, ratioOf, spreadOf } from '../statistics.mjs';
import { costWorkloads, growthWorkloads, workloads } from '../workloads/workloads.mjs';
import { digits } from './digits.mjs';

const PER_TABLE = 4;

const inColumns = (rows) => {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  return rows.map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[at]))).join('   ')).join('\n');
};

/** Clients by workloads, a few workloads at a time; each cell told by `cell`. */
const tables = (costs, names, cell) => {
  const measured = names.filter((name) => name in costs);
  const parts = measured.flatMap((_, at) => (at % PER_TABLE === 0 ? [measured.slice(at, at + PER_TABLE)] : []));
  return parts.map((part) => {
    const shown = Object.keys(clients).filter((client) => part.some((name) => client in costs[name].microseconds || client in costs[name].wrong));
    const row = (client) => [titleOf(client), ...part.map((name) => (client in costs[name].wrong ? 'wrong' : cell(costs[name].microseconds, client)))];
    return inColumns([['', ...part.map((name) => workloads[name].title)], ...shown.map(row)]);
  });
};

const ratioCell = (microseconds, client) => {
  const { median, low, high } = ratioOf(microseconds[client], microseconds[FLOOR]);
  return `${digits(median)} [${digits(low)}–${digits(high)}]`;
};

const costCell = (microseconds, client) => `${digits(medianOf(microseconds[client]))} µs`;

const mistakes = (costs) =>
  Object.entries(costs).flatMap(([name, { wrong }]) => Object.entries(wrong).map(([client, mistake]) => `${titleOf(client)}, ${workloads[name].title}: ${mistake}`));

const kilobytes = (bytes) => `${digits(medianOf(bytes) / 1024)} KiB`;

const memoryTable = (memory) => {
  const [first] = Object.values(memory);
  const cell = ({ rssBytes, heapBytes }) => `${kilobytes(rssBytes)}, heap ${kilobytes(heapBytes)}`;
  const rows = Object.entries(memory).map(([client, sizes]) => [client, ...sizes.map(cell)]);
  return inColumns([['', ...first.map(({ streams }) => `${streams} streams`)], ...rows]);
};

const openingTable = ({ clients: byClient }) => {
  const seconds = (each) => {
    const { median, low, high } = spreadOf(each.map(({ wallMs }) => wallMs / 1000));
    return `${digits(median)} s [${digits(low)}–${digits(high)}], CPU ${digits(medianOf(each.map(({ cpuMs }) => cpuMs / 1000)))} s`;
  };
  const rows = Object.entries(byClient).map(([client, { opening, closing }]) => [client, seconds(opening), seconds(closing)]);
  return inColumns([['', 'to open', 'to close'], ...rows]);
};

/** For a terminal. */
export const asText = ({ node, cpu, minutes, versions, costs, memory, opening }) => {
  const ratios = tables(costs, Object.keys(costWorkloads), ratioCell);
  const growth = tables(costs, Object.keys(growthWorkloads), costCell);
  const wrong = mistakes(costs);
  return [
    `Node.js ${node}, ${cpu}; ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}`,
    ...(ratios.length > 0 ? ['CPU of the client process, as a multiple of what one writes by hand: median [range]', ...ratios] : []),
    ...(growth.length > 0 ? ['CPU per chunk of ordinary text, by the number of chunks', ...growth] : []),
    ...(wrong.length > 0 ? ['Wrong', wrong.join('\n')] : []),
    ...(memory ? ['What an open idle stream takes', memoryTable(memory)] : []),
    ...(opening ? [`${opening.streams} streams at once`, openingTable(opening)] : []),
    `measured in ${minutes} min`,
  ].join('\n\n');
};

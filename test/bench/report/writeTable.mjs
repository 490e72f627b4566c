import { readFileSync, writeFileSync } from 'node:fs';
import { FLOOR } from '../clients/clients.mjs';
import { medianOf, ratioOf } from '../statistics.mjs';
import { costWorkloads, workloads } from '../workloads/workloads.mjs';
import { digits } from './digits.mjs';

const README = new URL('../../../README.md', import.meta.url).pathname;
const PLACE = /(?<=<!-- bench -->\n)[^]*(?=<!-- \/bench -->)/;

const COLUMNS = {
  events: 'events',
  accumulateText: '`accumulateText`',
  'five operators': 'five operators',
  'eventsource-parser': 'eventsource-parser',
  'openai create': 'openai create',
  'openai .stream()': 'openai .stream()',
  'ai streamText': 'ai streamText',
  '@openrouter/sdk': '@openrouter/sdk',
  langchain: 'langchain',
  tanstack: 'tanstack',
  bytes: 'undici, bytes only',
};

const line = (cells) => `| ${cells.join(' | ')} |\n`;

const kilobytes = (bytes) => `${digits(medianOf(bytes) / 1024)} KiB`;

const memorySentence = (memory) => {
  const [ours, undici] = [memory['rx-completions'], memory.undici].map((sizes) => sizes.at(-1));
  const amount = ({ rssBytes, heapBytes }) => `${kilobytes(rssBytes)} (${kilobytes(heapBytes)} of them on the heap)`;
  return `Of ${ours.streams.toLocaleString('en')} open idle streams each takes ${amount(ours)}; with undici alone, ${amount(undici)}.`;
};

const openingSentence = ({ streams, clients }) => {
  const seconds = (each) => `${digits(medianOf(each.map(({ wallMs }) => wallMs)) / 1000)} s`;
  const both = ({ opening, closing }) => `${seconds(opening)} and ${seconds(closing)}`;
  return `To open and to close ${streams.toLocaleString('en')} at once takes ${both(clients['rx-completions'])}; with undici alone, ${both(clients.undici)}.`;
};

/** For the README: the medians. */
export const asMarkdown = ({ costs, memory, opening }) => {
  const cell = ({ microseconds }, client) => (client in microseconds ? digits(ratioOf(microseconds[client], microseconds[FLOOR]).median) : '✗');
  const rows = Object.keys(costWorkloads).map((name) => line([workloads[name].title, ...Object.keys(COLUMNS).map((client) => cell(costs[name], client))]));
  const table = [line(['', ...Object.values(COLUMNS)]), `|${'---|'.repeat(Object.keys(COLUMNS).length + 1)}\n`, ...rows].join('');
  return `${table}\n${memorySentence(memory)}\n${openingSentence(opening)}\n`;
};

/** Puts the table between its marks. */
export const writeTable = (results) => {
  const readme = readFileSync(README, 'utf8');
  if (!PLACE.test(readme)) throw new Error('README.md has no place between <!-- bench --> and <!-- /bench -->');
  writeFileSync(README, readme.replace(PLACE, () => asMarkdown(results)));
};

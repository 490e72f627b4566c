import { readFileSync, writeFileSync } from 'node:fs';
import { FLOOR } from '../clients/clients.mjs';
import { ratioOf } from '../statistics.mjs';
import { workloads } from '../workloads/workloads.mjs';
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
};
const ROWS = ['text', 'think', 'tools', 'tool8mb'];

const line = (cells) => `| ${cells.join(' | ')} |\n`;

/** For the README: the medians, of the workloads that tell most. */
export const asMarkdown = ({ costs }) => {
  const cell = ({ microseconds }, client) => (client in microseconds ? digits(ratioOf(microseconds[client], microseconds[FLOOR]).median) : '✗');
  const rows = ROWS.map((name) => line([workloads[name].title, ...Object.keys(COLUMNS).map((client) => cell(costs[name], client))]));
  return [line(['', ...Object.values(COLUMNS)]), `|${'---|'.repeat(Object.keys(COLUMNS).length + 1)}\n`, ...rows].join('');
};

/** Puts the table between its marks. */
export const writeTable = (results) => {
  const readme = readFileSync(README, 'utf8');
  if (!PLACE.test(readme)) throw new Error('README.md has no place between <!-- bench --> and <!-- /bench -->');
  writeFileSync(README, readme.replace(PLACE, () => asMarkdown(results)));
};

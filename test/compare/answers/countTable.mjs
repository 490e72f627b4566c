import { readFileSync, writeFileSync } from 'node:fs';
import { ROWS } from './judge.mjs';

const README = new URL('../../../README.md', import.meta.url).pathname;
const PLACE = /(?<=<!-- answers -->\n)[^]*(?=<!-- \/answers -->)/;

/** How many of the streams that have it a client gets right. */
const cellOf = (verdicts, row) => {
  const told = verdicts.filter((verdict) => row in verdict);
  return told.length === 0 ? '–' : `${told.filter((verdict) => verdict[row] === true).length}/${told.length}`;
};

/** Two views of one answer share a line. */
const LINES = Object.keys(ROWS).flatMap((row) => (row === 'growth' ? [] : [row === 'objects' ? ['objects', 'growth'] : [row]]));

const cells = (byClient) => [
  ['', ...byClient.keys()],
  ...LINES.map((rows) => [
    rows.map((row) => ROWS[row]).join(' · '),
    ...[...byClient.values()].map((verdicts) => rows.map((row) => cellOf(verdicts, row)).join(' · ')),
  ]),
];

/** For a terminal. */
export const asText = (byClient) => {
  const table = cells(byClient);
  const widths = table[0].map((_, at) => Math.max(...table.map((line) => line[at].length)));
  return table.map((line) => line.map((cell, at) => cell.padEnd(widths[at])).join('  ').trimEnd()).join('\n');
};

const asMarkdown = (byClient) => {
  const [names, ...table] = cells(byClient).map((line) => `| ${line.join(' | ')} |\n`);
  return [names, `|${'---|'.repeat(byClient.size + 1)}\n`, ...table].join('');
};

/** Puts the table between its marks, below the words that say what is counted. */
export const writeTable = (words, byClient) => {
  const readme = readFileSync(README, 'utf8');
  if (!PLACE.test(readme)) throw new Error('README.md has no place between <!-- answers --> and <!-- /answers -->');
  writeFileSync(README, readme.replace(PLACE, () => `${words}\n\n${asMarkdown(byClient)}`));
};

/** What each client gets wrong, stream by stream. */
export const failures = (byClient) =>
  [...byClient].flatMap(([client, verdicts]) =>
    Object.keys(ROWS).flatMap((row) =>
      verdicts.filter((verdict) => row in verdict && verdict[row] !== true).map(({ stream, [row]: note }) => `${client} | ${row} | ${stream} | ${note}`),
    ),
  );

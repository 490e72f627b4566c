const mark = ({ right, note }) => (right === undefined ? '–' : right ? '✓' : `✗ ${note}`);

const heading = (columns) => {
  const versions = new Map(columns.map((column) => [column.package, column.version]));
  return [...versions].map(([name, version]) => `${name} ${version}`).join(', ');
};

const cellsOf = (columns, verdicts) => [
  ['', ...columns.map(({ name }) => name)],
  ...[...verdicts].map(([row, byClient]) => [row, ...columns.map(({ name }) => mark(byClient.get(name)))]),
];

const LEGEND = '✓ right, ✗ wrong and what happened, – left to its user';

/** For a terminal. */
export const asText = (columns, verdicts) => {
  const table = cellsOf(columns, verdicts);
  const widths = table[0].map((_, at) => Math.max(...table.map((row) => row[at].length)));
  const lines = table.map((row) => row.map((cell, at) => cell.padEnd(widths[at])).join('  ').trimEnd());
  return [`${heading(columns)}; Node.js ${process.versions.node}`, '', ...lines, '', LEGEND].join('\n');
};

/** For the README: rows that everyone gets right are told in one sentence. */
export const asMarkdown = (columns, verdicts) => {
  const isEasy = ([, byClient]) => columns.every(({ name }) => byClient.get(name).right !== false);
  const [names, ...table] = cellsOf(columns, [...verdicts].filter((row) => !isEasy(row))).map((row) => `| ${row.join(' | ')} |`);
  const easy = [...verdicts].filter(isEasy).map(([row]) => row.split(':')[0]);
  return [
    `${heading(columns)}, Node.js ${process.versions.node}; ${LEGEND}.`,
    '',
    names,
    `|${'---|'.repeat(columns.length + 1)}`,
    ...table,
    ...(easy.length === 0 ? [] : ['', `All are right about: ${easy.join('; ')}.`]),
  ].join('\n');
};

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

/** For the README, without the rows that nobody gets wrong. */
export const asMarkdown = (columns, verdicts) => {
  const telling = [...verdicts].filter(([, byClient]) => columns.some(({ name }) => byClient.get(name).right === false));
  const [names, ...table] = cellsOf(columns, telling).map((row) => `| ${row.join(' | ')} |`);
  return [
    `${heading(columns)}, Node.js ${process.versions.node}; ${LEGEND}; rows nobody gets wrong are left out.`,
    '',
    names,
    `|${'---|'.repeat(columns.length + 1)}`,
    ...table,
  ].join('\n');
};

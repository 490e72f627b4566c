/**
 * Which faults and field cases are covered, told from the names of all tests: `npm run matrix`. Exits with 1 when a row has
 * no test and no reason, or when a test names a row that does not exist or is said to need none.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { figures, tally } from './tally.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

// One process for all files: only their names are wanted, so nothing needs to be kept apart.
const listed = execFileSync(
  process.execPath,
  [vitest, 'list', '--json', '--no-isolate', '--config', 'test/matrix/vitest.config.ts'],
  { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit'] },
);
const names = JSON.parse(listed.slice(listed.indexOf('['))).map(({ name }) => name);
const { rows, problems } = tally(names);

const mark = ({ tests, never, later }) =>
  tests > 0 ? `${tests} test${tests === 1 ? '' : 's'}` : never !== undefined ? `n/a: ${never}` : later === undefined ? 'MISSING' : `todo: ${later}`;

const width = Math.max(...rows.map(({ what }) => what.length));
for (const row of rows) console.log(`${row.id.padEnd(10)} ${row.what.padEnd(width)}  ${mark(row)}`);
console.log(`\n${figures(rows, 'faults', 'fault ')}, ${figures(rows, 'cases', 'T-')}`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { clients, FLOOR } from './clients/clients.mjs';
import { installPeers, peerVersions } from './installPeers.mjs';
import { measureMemory, measureOpening } from './measureMemory.mjs';
import { measureWorkload } from './measureCosts.mjs';
import { readOptions } from './options.mjs';
import { withServer } from './processes.mjs';
import { runQuick } from './quick.mjs';
import { failuresIn } from './report/failures.mjs';
import { costPlot } from './report/costPlot.mjs';
import { memoryPlot } from './report/memoryPlot.mjs';
import { asText } from './report/text.mjs';
import { writeTable } from './report/writeTable.mjs';
import { growthWorkloads, workloads } from './workloads/workloads.mjs';

/**
 * `npm run bench`: what a call costs with each client, as a multiple of what one writes by hand.
 *
 *   --quick              only this package, against reference.json, in a minute; `--reference` makes that file anew
 *   --clients=a,b        only these, and the floor
 *   --workloads=a,b      only these
 *   --rounds=n           how often each is measured; less than 3 make a narrowed run
 *   --write              also puts the table into the README
 *   --redraw             measures nothing: shows and draws the results of the last whole run
 *
 * A whole run leaves its figures and plots in results/; a narrowed one shows its figures only.
 */
const ROUNDS = 5;
const GROWTH_ROUNDS = 3;
const MEMORY_ROUNDS = 3;
// A short run is mostly the compiler's, so each process makes calls for a while before it is measured.
const TIMES = { warmMs: 1200, measureMs: 800 };

const here = (file) => new URL(file, import.meta.url).pathname;
const RESULTS = here('results/results.json');

const progress = (text) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);

/** Everything that was asked for. */
const measureAll = (options, names) =>
  withServer(async (origin) => {
    const costs = {};
    for (const part of options.parts.filter((name) => name in workloads)) {
      const rounds = options.rounds ?? (part in growthWorkloads ? GROWTH_ROUNDS : ROUNDS);
      costs[part] = await measureWorkload(origin, part, { clients: names, rounds, ...TIMES, tell: progress });
    }
    const extras = { rounds: options.rounds ?? MEMORY_ROUNDS, tell: progress };
    const memory = options.parts.includes('memory') ? await measureMemory(origin, extras) : undefined;
    const opening = options.parts.includes('opening') ? await measureOpening(origin, extras) : undefined;
    return { costs, memory, opening };
  });

const measure = async (options) => {
  if (!options.narrowed) console.error('This takes half an hour; the machine should have nothing else to do.');
  const began = performance.now();
  const names = options.clients.includes(FLOOR) ? options.clients : [FLOOR, ...options.clients];
  if (options.parts.includes('memory') || names.some((name) => clients[name].from !== undefined)) installPeers();
  const measured = await measureAll(options, names);
  progress('');
  const minutes = Math.ceil((performance.now() - began) / 60_000);
  const results = { node: process.versions.node, cpu: cpus()[0].model, minutes, versions: peerVersions, ...measured };
  if (!options.narrowed) writeFileSync(RESULTS, `${JSON.stringify(results, rounded, 1)}\n`);
  return results;
};

/** Nobody needs more digits, and a file without them is easier to compare with another. */
const rounded = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);

const report = (results, { narrowed, write }) => {
  console.log(asText(results));
  if (!narrowed) {
    writeFileSync(here('results/cost.svg'), costPlot(results));
    writeFileSync(here('results/memory.svg'), memoryPlot(results));
    if (write) writeTable(results);
  }
  const failures = failuresIn(results);
  for (const failure of failures) console.error(`FAILED: ${failure}`);
  return failures.length === 0;
};

const options = readOptions(process.argv.slice(2));
const run = async () => {
  if (options.quick) return runQuick(options);
  return report(options.redraw ? JSON.parse(readFileSync(RESULTS, 'utf8')) : await measure(options), options);
};
process.exitCode = (await run()) ? 0 : 1;

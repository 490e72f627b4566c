import { readFileSync, writeFileSync } from 'node:fs';
import { FLOOR } from './clients/clients.mjs';
import { measureWorkload } from './measureCosts.mjs';
import { withServer } from './processes.mjs';

const WORKLOADS = ['text', 'fragmented', 'think', 'tools', 'short'];
const ROUNDS = 2;
const TIMES = { warmMs: 800, measureMs: 250 };
/** How much worse than its reference a ratio may be. */
const TOLERANCE = 4 / 3;

const REFERENCE = new URL('reference.json', import.meta.url).pathname;

/** The events alone, and all that is made of them. */
const ours = ['events', 'five operators'];

/** The best of each client against the best of the floor: noise only ever adds. */
const bestRatios = (rounds) => {
  const best = (name) => Math.min(...rounds.flatMap(({ microseconds }) => microseconds[name]));
  return Object.fromEntries(ours.map((name) => [name, Number((best(name) / best(FLOOR)).toFixed(2))]));
};

const measure = async (origin, workload) => {
  const measured = await measureWorkload(origin, workload, { clients: [FLOOR, ...ours], rounds: ROUNDS, ...TIMES });
  for (const [name, mistake] of Object.entries(measured.wrong)) throw new Error(`${name} is wrong about ${workload}: ${mistake}`);
  return measured;
};

const worse = (ratios, reference) => ours.filter((name) => ratios[name] > reference[name] * TOLERANCE);

/** Measures once more before it calls anything slower. */
const measureAgainst = async (origin, workload, reference) => {
  const rounds = [await measure(origin, workload)];
  if (reference !== undefined && worse(bestRatios(rounds), reference).length > 0) rounds.push(await measure(origin, workload));
  return bestRatios(rounds);
};

/** Whether no ratio to the floor has become worse than it was by more than a third; `--reference` says what it was. */
export const runQuick = async ({ reference: anew }) => {
  const reference = anew ? {} : JSON.parse(readFileSync(REFERENCE, 'utf8'));
  const found = {};
  await withServer(async (origin) => {
    for (const workload of WORKLOADS) {
      const ratios = await measureAgainst(origin, workload, reference[workload]);
      const was = (name) => (anew ? '' : ` (${reference[workload][name].toFixed(2)})`);
      console.log(`${workload.padEnd(12)}${ours.map((name) => `${name} ${ratios[name].toFixed(2)}${was(name)}`).join('   ')}`);
      found[workload] = ratios;
    }
  });
  if (anew) writeFileSync(REFERENCE, `${JSON.stringify(found, undefined, 2)}\n`);
  const slower = anew ? [] : WORKLOADS.flatMap((workload) => worse(found[workload], reference[workload]).map((name) => `${name} on ${workload}`));
  for (const each of slower) console.error(`FAILED: ${each} costs over a third more than it did, as a multiple of the floor`);
  return slower.length === 0;
};

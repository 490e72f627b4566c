import { fork } from 'node:child_process';
import { workloads } from './workloads.mjs';

/**
 * `npm run bench [-- --quick]`: CPU time of the client process for each client and workload, as a multiple of the floor.
 * Rounds are interleaved, client after client, so that a noisy machine disturbs all of them alike; medians are printed with
 * their range, and every answer is checked.
 */
const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 5 : 11;
// A short run is mostly the compiler's: each measurement covers several calls, after as many to warm up.
const CALLS = 5;
const CLIENTS = ['bytes', 'floor on bytes', 'floor', 'events', 'accumulateText', 'five operators'];
const here = (file) => new URL(file, import.meta.url).pathname;

const next = (child) =>
  new Promise((resolve, reject) => {
    const left = () => reject(new Error('a bench process ended early'));
    child.once('exit', left);
    child.once('message', (message) => {
      child.removeListener('exit', left);
      if (message.error === undefined) resolve(message);
      else reject(new Error(message.error));
    });
  });

const start = async (file) => {
  const child = fork(here(file));
  return [child, await next(child)];
};

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const [server, { port }] = await start('./server.mjs');
const running = new Map();
for (const client of CLIENTS) running.set(client, (await start('./client.mjs'))[0]);

const run = async (client, workload, times = 1) => {
  const child = running.get(client);
  child.send({ client, url: `http://127.0.0.1:${port}/${workload}/chat/completions`, times });
  return next(child);
};

const measure = async (workload, names) => {
  const { chunks, expected } = workloads[workload]();
  const cpu = new Map(names.map((name) => [name, []]));
  for (const name of names) for (let warm = 0; warm < 2; warm += 1) await run(name, workload, CALLS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) {
      const { cpuMs, found } = await run(name, workload, CALLS);
      const right = name === 'bytes' || found === expected || (workload === 'think' && name === 'five operators' && found < expected) || (workload.startsWith('tool') && found === 0);
      if (!right) throw new Error(`${name} found ${found} characters of ${expected} in ${workload}`);
      cpu.get(name).push(cpuMs);
    }
  }
  return { chunks, cpu };
};

const ratios = (values, floor) => {
  const each = values.map((value, round) => value / floor[round]);
  return { median: median(each), low: Math.min(...each), high: Math.max(...each) };
};

const failures = [];
try {
  for (const workload of ['text', 'think', 'tool8mb']) {
    const { chunks, cpu } = await measure(workload, CLIENTS);
    console.log(`\n${workload}: ${chunks} chunks, CPU per chunk and as a multiple of the floor (median of ${ROUNDS}, range)`);
    for (const [name, values] of cpu) {
      const { median: ratio, low, high } = ratios(values, cpu.get('floor'));
      const perChunk = (median(values) * 1000) / chunks;
      console.log(`  ${name.padEnd(16)} ${perChunk.toFixed(2).padStart(8)} µs  ${ratio.toFixed(2).padStart(6)} ×  [${low.toFixed(2)}–${high.toFixed(2)}]`);
      if (workload === 'text' && name === 'events' && ratio > 1.5) failures.push(`events cost ${ratio.toFixed(2)} × the floor on ${workload}`);
    }
  }
  console.log('\ngrowth: CPU per chunk with accumulateText');
  const growth = [];
  for (const workload of ['text1k', 'text4k', 'text16k', 'text64k']) {
    const { chunks, cpu } = await measure(workload, ['accumulateText']);
    growth.push((median(cpu.get('accumulateText')) * 1000) / chunks);
    console.log(`  ${workload.padEnd(16)} ${growth.at(-1).toFixed(2).padStart(8)} µs`);
  }
  if (growth.at(-1) > 2 * growth[1]) failures.push(`accumulateText is not linear: ${growth.map((one) => one.toFixed(2)).join(', ')} µs per chunk`);
} finally {
  for (const child of [server, ...running.values()]) child.disconnect();
}
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;

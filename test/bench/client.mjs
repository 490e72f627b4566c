import { clients } from './clients/clients.mjs';
import { fingerprint } from './workloads/answers.mjs';

// One measurement of one client in a process of its own: what a pass of calls costs this process, once the compiler has seen
// enough of it, and what answers came of it. Answers are looked at off the clock.
const { client, baseUrl, calls, atOnce, warmMs, measureMs } = JSON.parse(process.argv[2]);

const cpuMs = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

const prints = new Set();

const pass = async (call) => {
  const answers = [];
  let left = calls;
  const lane = async () => {
    while (left-- > 0) answers.push(await call());
  };
  const since = process.cpuUsage();
  await Promise.all(Array.from({ length: atOnce }, lane));
  const cost = cpuMs(since);
  for (const answer of answers) prints.add(JSON.stringify(fingerprint(answer)));
  return cost;
};

/** Whole passes until they have cost so much; gives the cost of one. */
const passes = async (call, ms) => {
  let sum = 0;
  let count = 0;
  for (; sum < ms; count += 1) sum += await pass(call);
  return sum / count;
};

const run = async () => {
  const call = await clients[client].load(baseUrl);
  await passes(call, warmMs);
  const cost = await passes(call, measureMs);
  return { cpuMs: cost, answers: [...prints].map((print) => JSON.parse(print)) };
};

process.on('disconnect', () => process.exit());
const report = await run().catch((error) => ({ error: String(error?.message ?? error).slice(0, 200) }));
process.send(report, () => process.exit());

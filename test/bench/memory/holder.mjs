import { holders } from './holders.mjs';

// Opens streams, holds them, and closes them: what this process takes for it, in memory and in time. Runs with --expose-gc.
const { client, baseUrl, streams } = JSON.parse(process.argv[2]);

const AT_ONCE = 100;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What is in use once pages no longer go back to the system, which takes the collector's helpers a while. */
const memory = async () => {
  let usage = process.memoryUsage();
  for (let steady = 0, times = 0; steady < 5 && times < 100; times += 1) {
    globalThis.gc();
    await sleep(30);
    const { rss } = usage;
    usage = process.memoryUsage();
    steady = Math.abs(usage.rss - rss) < 100_000 ? steady + 1 : 0;
  }
  return { rss: usage.rss, heap: usage.heapUsed + usage.external };
};

/** The CPU and the time that work takes. */
const timed = async (work) => {
  const since = process.cpuUsage();
  const began = performance.now();
  await work();
  const { user, system } = process.cpuUsage(since);
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - began };
};

const openMany = async (open, count, closers) => {
  let left = count;
  const lane = async () => {
    while (left-- > 0) closers.push(await open());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
};

const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

const closeAll = async (closers) => {
  for (const close of closers.splice(0)) close();
  while (sockets() > 0) await sleep(1);
};

const run = async () => {
  const open = await holders[client](baseUrl);
  const closers = [];
  // What a first call brings with it is not counted.
  await openMany(open, 10, closers);
  await closeAll(closers);
  const before = await memory();
  const opening = await timed(() => openMany(open, streams, closers));
  const after = await memory();
  const closing = await timed(() => closeAll(closers));
  return { rssBytes: (after.rss - before.rss) / streams, heapBytes: (after.heap - before.heap) / streams, opening, closing };
};

process.on('disconnect', () => process.exit());
const report = await run().catch((error) => ({ error: String(error?.message ?? error) }));
process.send(report, () => process.exit());

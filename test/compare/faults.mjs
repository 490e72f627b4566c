import { fork } from 'node:child_process';
import { clients, OURS } from './clients.mjs';
import { argumentOf, env, here, versionOf } from './install.mjs';
import { rows as allRows } from './rows.mjs';
import { asMarkdown, asText } from './table.mjs';

/**
 * The same faults against this package and the clients people use. Every call is made in a process of its own, and every
 * verdict is what that process and the endpoint saw.
 */
const only = argumentOf('--only')?.toLowerCase();
const rows = allRows.filter(({ name }) => only === undefined || name.toLowerCase().includes(only));
if (rows.length === 0) throw new Error(`no row is called like ${only}; there are:\n${allRows.map(({ name }) => name).join('\n')}`);

const endpoint = fork(here('endpoint.mjs'), { env });
const answered = new Map();
endpoint.on('message', ({ id, result, error }) => {
  const { resolve, reject } = answered.get(id);
  answered.delete(id);
  if (error === undefined) resolve(result);
  else reject(new Error(error));
});
let asked = 0;
const tellEndpoint = (command, argument) =>
  new Promise((resolve, reject) => {
    answered.set(++asked, { resolve, reject });
    endpoint.send({ id: asked, command, argument });
  });

const PULSE_MS = 200;

/** Makes the call of one cell; gives what the client told until its limit. */
const callOnce = (name, { ask, find = [], aborts = false, limitMs = 8000 }, baseUrl, use) => {
  const child = fork(here('client.mjs'), [name], { env, silent: true });
  child.stdout.resume();
  child.stderr.resume();
  const seen = new Promise((resolve, reject) => {
    let cost = { growthMb: 0, blockedMs: 0 };
    let heardAt;
    let limit;
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(limit);
      if (heardAt === undefined) reject(new Error(`${name} could not be loaded`));
      else resolve({ outcome: 'died', note: `${signal ?? code}`, ...cost });
    });
    child.on('message', (message) => {
      const before = heardAt;
      heardAt = performance.now();
      if (message.ready) {
        const defaults = { baseUrl, key: 'sk-test', prompt: 'Say hello', headers: {}, retries: false };
        child.send({ ask: { ...defaults, ...ask }, find, aborts, pulseMs: PULSE_MS });
        limit = setTimeout(() => {
          const silentMs = performance.now() - heardAt - PULSE_MS;
          resolve({ outcome: 'hung', ms: limitMs, ...cost, blockedMs: Math.max(cost.blockedMs, silentMs) });
        }, limitMs);
      } else if (message.pulse) cost = message.pulse;
      else if (before !== undefined) {
        clearTimeout(limit);
        resolve(message.seen);
      }
    });
  });
  // The endpoint is asked before the client's process ends, and with it its sockets.
  return seen.then(use).finally(() => child.kill('SIGKILL'));
};

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const judgeCell = async (name, row) => {
  const { port, baseUrl } = await tellEndpoint('open', row.name);
  try {
    return await callOnce(name, row, baseUrl, async (seen) => {
      if (row.aborts) await sleep(500);
      const facts = { ...seen, ...(await tellEndpoint('look', port)) };
      if (process.argv.includes('--verbose')) console.error(`${row.name} | ${name} | ${JSON.stringify(facts)}`);
      return facts.outcome === 'died' ? { right: false, note: 'process dies' } : row.judge(facts);
    });
  } finally {
    await tellEndpoint('close', port);
  }
};

const verdicts = new Map(rows.map(({ name }) => [name, new Map()]));
const cells = rows.flatMap((row) => Object.keys(clients).map((client) => ({ row, client })));
const judge = async (queue) => {
  for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
    verdicts.get(cell.row.name).set(cell.client, await judgeCell(cell.client, cell.row));
  }
};

try {
  // Most calls wait more than they compute; those that measure have the machine to themselves.
  const together = cells.filter(({ row }) => !row.alone);
  await Promise.all([judge(together), judge(together), judge(together)]);
  await judge(cells.filter(({ row }) => row.alone));
} finally {
  endpoint.disconnect();
}

const columns = Object.entries(clients).map(([name, { from }]) => ({ name, package: from, version: versionOf(from) }));
console.log((process.argv.includes('--markdown') ? asMarkdown : asText)(columns, verdicts));
const failed = [...verdicts].filter(([, byClient]) => byClient.get(OURS).right !== true);
for (const [name, byClient] of failed) console.error(`FAILED: ${OURS}: ${name}: ${byClient.get(OURS).note}`);
process.exitCode = failed.length === 0 ? 0 : 1;

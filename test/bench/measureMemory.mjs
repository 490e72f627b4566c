import { execFileSync } from 'node:child_process';
import { runProgram } from './processes.mjs';

const STREAMS = [100, 1000, 4000];
const MOST_STREAMS = 10_000;
/** What a process has open besides its streams. */
const OTHER_FILES = 100;

/** How many streams the system lets a process hold open, up to a number. */
const atMost = (streams) => {
  const limit = Number(execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }));
  return Number.isFinite(limit) ? Math.min(streams, limit - OTHER_FILES) : streams;
};

const hold = (origin, client, streams) =>
  runProgram('./memory/holder.mjs', { client, baseUrl: `${origin}/idle/v1`, streams }, ['--expose-gc']);

/** Rounds of all clients in turn; gives the reports of each. */
const inRounds = async (origin, clients, streams, { rounds, tell }) => {
  const reports = Object.fromEntries(clients.map((client) => [client, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const client of clients) {
      tell(`${streams} open streams, round ${round} of ${rounds}: ${client}`);
      reports[client].push(await hold(origin, client, streams));
    }
  }
  return reports;
};

/** What an open idle stream takes, by client: bytes of the process and of its heap. */
export const measureMemory = async (origin, options) => {
  const memory = { undici: [], 'rx-completions': [], openai: [] };
  for (const streams of STREAMS.map(atMost)) {
    const reports = await inRounds(origin, Object.keys(memory), streams, options);
    for (const [client, each] of Object.entries(reports)) {
      memory[client].push({ streams, rssBytes: each.map(({ rssBytes }) => rssBytes), heapBytes: each.map(({ heapBytes }) => heapBytes) });
    }
  }
  return memory;
};

/** What it takes to open streams and to close them all at once. */
export const measureOpening = async (origin, options) => {
  const streams = atMost(MOST_STREAMS);
  const reports = await inRounds(origin, ['undici', 'rx-completions'], streams, options);
  const figures = (each) => ({ opening: each.map(({ opening }) => opening), closing: each.map(({ closing }) => closing) });
  return { streams, clients: Object.fromEntries(Object.entries(reports).map(([client, each]) => [client, figures(each)])) };
};

import { describe, expect, it } from 'vitest';
import { cleanUp } from '../support/cleanUp.ts';
import { hostileEndpoint, runProgram, type HostileEndpoint, type Pieces } from './support.ts';

const MiB = 1024 * 1024;
const TEXT_BYTES = 96 * MiB;
const PIECE = 'x'.repeat(1024);
const REST_MS = 1_500;

const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content: string): string => frame({ choices: [{ index: 0, delta: { content } }] });

function* answer(): Pieces {
  const block = delta(PIECE).repeat(64);
  for (let sent = 0; sent < TEXT_BYTES; sent += 64 * PIECE.length) yield block;
  yield `${frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}data: [DONE]\n\n`;
}

/** The longest time in which the endpoint could write nothing, before it had written all. */
const watchRest = (endpoint: HostileEndpoint): (() => number) => {
  let longest = 0;
  let sent = 0;
  let since = performance.now();
  const watch = setInterval(() => {
    if (endpoint.sentBytes > 0 && endpoint.sentBytes === sent) longest = Math.max(longest, performance.now() - since);
    else since = performance.now();
    sent = endpoint.sentBytes;
    if (sent > TEXT_BYTES) clearInterval(watch);
  }, 20);
  cleanUp(() => clearInterval(watch));
  return () => longest;
};

interface Report {
  readonly characters: number;
  readonly ending: string;
  readonly peakHeapMB: number;
}

describe('96 MiB of an answer go through a heap of 80 MiB to a reader who rests, and the endpoint rests with it:', () => {
  it.each([
    ['T-BP-01, T-BP-03: toAsyncIterable', 'toAsyncIterable', {}],
    ['T-BP-01, T-BP-03: toAsyncIterable with coalesce', 'toAsyncIterable', { coalesce: true }],
    ['T-BP-01, T-BP-03: toReadableStream', 'toReadableStream', { highWaterMark: 64 }],
    ['T-BP-01, T-BP-03: coalesceDeltas before it', 'coalesceDeltas', { highWaterMark: 16 }],
  ] as const)('%s', async (_name, way, config) => {
    const endpoint = await hostileEndpoint({ pieces: answer });
    const longestRest = watchRest(endpoint);
    const input = { baseUrl: endpoint.baseUrl, way, config, restMs: REST_MS };
    const report = await runProgram<Report>('slowReaderClient.mjs', input, ['--max-old-space-size=80']);
    console.log(JSON.stringify({ ...report, longestRestMs: Math.round(longestRest()) }));
    expect(report).toMatchObject({ characters: TEXT_BYTES, ending: 'done' });
    expect(longestRest()).toBeGreaterThan(REST_MS / 2);
    expect(report.peakHeapMB).toBeLessThan(60);
  });
});

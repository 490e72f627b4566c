import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { chunk, frame } from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';
import { callTo, serveEndlessly, turns } from './support.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const PIECE = 'x'.repeat(1000);
const FRAMES = frame(chunk({ text: PIECE })).repeat(32);
const BYTES = 64 * 1024 * 1024;

describe('a consumer slower than the endpoint', () => {
  it('fault 112: has nothing queued for it by the call: the endpoint waits while it works', async () => {
    const endpoint = await serveEndlessly(() => FRAMES);
    let told = 0;
    let ahead = 0;
    await new Promise<void>((resolve) => {
      const subscription = callTo(endpoint).subscribe((event) => {
        if (event.type !== 'text_delta') return;
        told += event.delta.length;
        // Two milliseconds of work for each of the first events, in which the endpoint could send megabytes.
        if (told < 200_000) for (const since = performance.now(); performance.now() - since < 2; );
        ahead = Math.max(ahead, endpoint.sentBytes - told);
        if (told < 200_000) return;
        subscription.unsubscribe();
        resolve();
      });
    });
    await endpoint.left;
    // What lies between is in the system's socket buffers and in one read.
    expect(ahead).toBeLessThan(16 * 1024 * 1024);
  });

  it('fault 112: leaves no trace in memory of what it has been told', async () => {
    const endpoint = await serveEndlessly(() => FRAMES);
    collectGarbage();
    const before = process.memoryUsage();
    let told = 0;
    await new Promise<void>((resolve) => {
      const subscription = callTo(endpoint, { limits: { maxStreamBytes: 2 * BYTES } }).subscribe((event) => {
        if (event.type !== 'text_delta') return;
        told += event.delta.length;
        if (told < BYTES / 2) return;
        subscription.unsubscribe();
        resolve();
      });
    });
    await turns(3);
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(BYTES / 4);
  });
});

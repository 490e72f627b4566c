import { chunk, frame, script, scriptOfAnswer } from 'rx-completions/testing';
import { fallbackEndpoints, hedgeCall, retryCall, stripThink, toAsyncIterable, toReadableStream } from 'rx-completions/operators';
import { concatMap, filter, map, merge, of, share, tap, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { StreamEvent } from 'rx-completions';
import { callTo, endpointOf, serveEndlessly, turns, until, type EndlessEndpoint } from './support.ts';

const FRAMES = frame(chunk({ text: 'x'.repeat(1000) })).repeat(8);
const KiB = 1024;

/** Until the endpoint gets no further; the system's buffers fill in turns of their own. */
const stalled = async (endpoint: EndlessEndpoint): Promise<void> => {
  for (let before = -1; before !== endpoint.sentBytes; ) {
    before = endpoint.sentBytes;
    await turns(100);
  }
};

type Way = (call: Observable<StreamEvent>) => Observable<unknown> | Promise<Observable<unknown>>;

const busy = script().json({ error: 'busy' }, { status: 503 });

const through: Record<string, Way> = {
  'nothing else': (call) => call,
  'operators of RxJS': (call) =>
    call.pipe(
      filter(({ type }) => type !== 'response'),
      map((event) => ({ event })),
      concatMap((event) => of(event)),
      tap(),
    ),
  'stripThink and retryCall': (call) => call.pipe(stripThink(), retryCall()),
  'fallbackEndpoints, as the alternate': async (call) => callTo(await endpointOf(busy)).pipe(fallbackEndpoints([call])),
  'hedgeCall, as the spare': async (call) => callTo(await endpointOf(script().stall())).pipe(hedgeCall([call], { afterMs: 5 })),
  'merge with another call': async (call) => merge(call, callTo(await endpointOf(scriptOfAnswer('Hi')))),
  share: (call) => call.pipe(share()),
};

describe('a reader slower than the endpoint', () => {
  it.each(Object.entries(through))('T-BP-01, fault 112: makes it wait through %s', async (_name, way) => {
    const endpoint = await serveEndlessly(() => FRAMES);
    const call = await way(callTo(endpoint, { apiKey: null }));
    const events = toAsyncIterable({ highWaterMark: 16 })(call)[Symbol.asyncIterator]();
    for (let count = 0; count < 20; count++) await events.next();
    await stalled(endpoint);
    const before = endpoint.sentBytes;
    expect(before).toBeLessThan(32 * KiB * KiB);
    // It goes on once there is room.
    while (endpoint.sentBytes < before + 512 * KiB) expect(await events.next()).toMatchObject({ done: false });
    await events.return?.();
    await endpoint.left;
  });

  it('T-BP-01: makes it wait through a web stream', async () => {
    const endpoint = await serveEndlessly(() => FRAMES);
    const reader = toReadableStream({ highWaterMark: 16 })(callTo(endpoint)).getReader();
    for (let count = 0; count < 20; count++) await reader.read();
    await stalled(endpoint);
    const before = endpoint.sentBytes;
    while (endpoint.sentBytes < before + 512 * KiB) await reader.read();
    await reader.cancel();
    await endpoint.left;
  });

  it('is not hurried: what it has not read does not count as silence', async () => {
    const endpoint = await serveEndlessly(() => FRAMES);
    const call = callTo(endpoint, { timeouts: { idleMs: 100, contentMs: 150 } });
    const events = toAsyncIterable({ highWaterMark: 4 })(call)[Symbol.asyncIterator]();
    for (let count = 0; count < 4; count++) await events.next();
    const since = performance.now();
    await until(() => performance.now() - since > 400);
    for (let count = 0; count < 1000; count++) expect(await events.next()).toMatchObject({ done: false });
    await events.return?.();
  });

  it('gets everything of an endpoint that it cannot make wait', async () => {
    const endpoint = await endpointOf(scriptOfAnswer('one two three four'));
    const later = callTo(endpoint).pipe(concatMap((event) => timer(1).pipe(map(() => event))));
    let told = '';
    for await (const event of toAsyncIterable({ highWaterMark: 0 })(later)) if (event.type === 'text_delta') told += event.delta;
    expect(told).toBe('one two three four');
  });
});

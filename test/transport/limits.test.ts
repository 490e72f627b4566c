import { take } from 'rxjs';
import { MockAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import type { OpenReader } from '../../src/transport/ResponseReader.ts';
import { streamResponse } from '../../src/transport/streamResponse.ts';
import { cleanUp } from '../support/cleanUp.ts';
import {
  chunked,
  closing,
  head,
  outcomeOf,
  pending,
  readText,
  requestTo,
  serve,
  STREAM,
  turns,
  until,
  type Overrides,
  SOON_MS,
} from './support.ts';

/** A call whose whole body comes in one piece. */
const callWith = (body: string, open: OpenReader<string>, overrides?: Overrides) => {
  const dispatcher = new MockAgent();
  cleanUp(() => dispatcher.close());
  dispatcher.get('http://mock').intercept({ path: '/', method: 'POST' }).reply(200, body);
  return streamResponse(() => requestTo('http://mock/', { dispatcher, ...overrides }), open);
};

/** Works for some milliseconds on each read, as a reader of many frames does. */
const readSlowly: OpenReader<string> = (_head, sink) => ({
  push: (bytes) => {
    const until = performance.now() + 5;
    while (performance.now() < until);
    sink.emit(Buffer.from(bytes).toString());
  },
  flush: () => sink.emit('flushed'),
  interrupt: (error) => error,
});

describe('a long body', () => {
  it('fault 67: beyond the limit is an error that names the limit, and the socket is closed', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('12345', '67890', 'x')));
    const { values, error } = await outcomeOf(
      streamResponse(() => requestTo(server.url, { limits: { maxStreamBytes: 10 } }), readText()),
    );
    expect(values).toEqual(['12345', '67890']);
    expect(error).toMatchObject({ code: 'limit', phase: 'body', retryable: false });
    expect(error?.message).toBe(`${new URL(server.url).host} sent more than a limit allows (maxStreamBytes 10)`);
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('fault 68: in one piece lets the event loop go round while it is read', async () => {
    const body = 'x'.repeat(1024 * 1024);
    const call = pending(callWith(body, readSlowly));
    let seen = 0;
    const readsPerTurn: number[] = [];
    await until(() => {
      readsPerTurn.push(call.notifications.length - seen);
      seen = call.notifications.length;
      return call.notifications.at(-1) === 'complete';
    });
    // Reads of 5 ms each, so that a turn takes less than 50 ms on a machine with nothing else to do.
    expect(Math.max(...readsPerTurn)).toBeLessThan(10);
    expect(call.notifications.slice(0, -2).join('')).toBe(body);
    expect(Math.max(...call.notifications.map((said) => String(said).length))).toBeLessThanOrEqual(64 * 1024);
    expect(call.notifications.slice(-2)).toEqual(['flushed', 'complete']);
  });

  it('fault 68: in one piece is not cut when it is short', async () => {
    const { values } = await outcomeOf(callWith('x'.repeat(64 * 1024), readText()));
    expect(values.map((value) => value.length)).toEqual([64 * 1024]);
  });

  it('unsubscribing stops it between two slices, and within one', async () => {
    let reads = 0;
    const readCounted: OpenReader<string> = (head, sink, request) => {
      const reader = readSlowly(head, sink, request);
      const push = (bytes: Uint8Array): void => {
        reads++;
        reader.push(bytes);
      };
      return { ...reader, push };
    };
    const body = 'x'.repeat(1024 * 1024);
    const call = pending(callWith(body, readCounted));
    await until(() => reads > 8);
    call.subscription.unsubscribe();
    const before = reads;
    await turns(3);
    expect(reads).toBe(before);
    reads = 0;
    await outcomeOf(callWith(body, readCounted).pipe(take(2)));
    expect(reads).toBe(2);
  });

  it('a time limit reaches it while it is read', async () => {
    const { error } = await outcomeOf(callWith('x'.repeat(4 * 1024 * 1024), readSlowly, { timeouts: { totalMs: 60 } }));
    expect(error).toMatchObject({ code: 'timeout', which: 'total' });
  });

  it('is no silence while it is read', async () => {
    const { error } = await outcomeOf(callWith('x'.repeat(1024 * 1024), readSlowly, { timeouts: { idleMs: 100 } }));
    expect(error).toBeUndefined();
  });

  it('is read to its end when the connection is lost meanwhile', async () => {
    const lost = new Error('gone');
    const body = Buffer.from('x'.repeat(512 * 1024));
    const dispatcher = {
      dispatch: (_options: object, handler: object) => {
        const { onRequestStart, onResponseStart, onResponseData, onResponseError } = handler as Record<
          string,
          (...args: unknown[]) => void
        >;
        const controller = { abort: () => undefined, pause: () => undefined, resume: () => undefined };
        onRequestStart?.call(handler, controller);
        onResponseStart?.call(handler, controller, 200, {});
        onResponseData?.call(handler, controller, body);
        onResponseError?.call(handler, controller, lost);
        return true;
      },
    };
    const { values, error } = await outcomeOf(streamResponse(() => requestTo('http://x/', { dispatcher }), readSlowly));
    expect(values.join('').length).toBe(body.length);
    expect(error).toMatchObject({ code: 'connection_lost', phase: 'body', cause: { message: 'gone' } });
  });

  it.each([
    ['last', `${head('200 OK', 'connection: close', 'content-encoding: gzip', 'transfer-encoding: chunked')}1\r\n\u001f\r\n`],
    ['boundless', `${head('200 OK', 'content-encoding: gzip')}\u001f`],
  ])('of the %s response of a socket survives a reset while it is held back', async (_what, start) => {
    const server = await serve((socket) => {
      socket.write(start);
      setImmediate(() => socket.resetAndDestroy());
    });
    const { error } = await outcomeOf(streamResponse(() => requestTo(server.url), readText()));
    // How the end looks depends on how the body was framed; that it is one does not.
    expect(error?.code).toMatch(/^(truncated|connection_lost)$/);
  });
});

import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { chunked, closing, deferred, LAST_CHUNK, outcomeOf, serve, serveSilently, STREAM, until, SOON_MS } from './support.ts';
import { textsFrom } from './textsFrom.ts';
import { watchWarnings } from './watchWarnings.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('a signal', () => {
  it('fault 114: that has fired already ends the call without a socket', async () => {
    const server = await serve(() => undefined);
    const signal = AbortSignal.abort(new Error('changed my mind'));
    const { error } = await outcomeOf(textsFrom(server.url, { signal }));
    expect(error).toMatchObject({ code: 'aborted', retryable: false, cause: { message: 'changed my mind' } });
    expect(server.sockets).toEqual([]);
    expect(listeners(signal)).toBe(0);
  });

  it('fault 16: ends the making of a connection', async () => {
    const server = await serveSilently();
    const aborting = new AbortController();
    const { signal } = aborting;
    const ended = outcomeOf(textsFrom(server.url, { signal }));
    const socket = await server.greeted;
    aborting.abort();
    expect((await ended).error).toMatchObject({ code: 'aborted', phase: 'connect' });
    expect(await closing(socket)).toBeLessThan(SOON_MS);
    expect(listeners(signal)).toBe(0);
  });

  it('fault 16: ends the wait for headers', async () => {
    const asked = deferred();
    const server = await serve(() => asked.resolve());
    const aborting = new AbortController();
    const { signal } = aborting;
    const ended = outcomeOf(textsFrom(server.url, { signal }));
    await asked.promise;
    aborting.abort();
    expect((await ended).error).toMatchObject({ code: 'aborted', phase: 'headers' });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
    expect(listeners(signal)).toBe(0);
  });

  it('ends a body, from within an event too, and the reader is not asked', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('one', 'two')));
    const aborting = new AbortController();
    const { signal } = aborting;
    const texts = textsFrom(server.url, { signal }, { push: () => aborting.abort(), interrupt: () => undefined });
    expect((await outcomeOf(texts)).error).toMatchObject({ code: 'aborted', phase: 'body' });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
    expect(listeners(signal)).toBe(0);
  });

  it('T-AB-04: ends many calls at once without a warning of a leak', async () => {
    const server = await serve((socket) => socket.write(STREAM));
    const aborting = new AbortController();
    const { signal } = aborting;
    const warnings = watchWarnings();
    const texts = textsFrom(server.url, { signal });
    const ended = Promise.all(Array.from({ length: 20 }, () => outcomeOf(texts)));
    const unsubscribed = texts.subscribe({ error: () => expect.unreachable() });
    await until(() => server.requests.length === 21);
    unsubscribed.unsubscribe();
    expect(listeners(signal)).toBe(1);
    aborting.abort();
    expect((await ended).map(({ error }) => error?.code)).toEqual(Array.from({ length: 20 }, () => 'aborted'));
    expect(warnings).toEqual([]);
    expect(listeners(signal)).toBe(0);
  });

  it('T-AB-04, fault 114: collects no listeners over many calls', async () => {
    const server = await serve((socket) => socket.write(STREAM + LAST_CHUNK));
    const { signal } = new AbortController();
    const texts = textsFrom(server.url, { signal });
    for (let call = 0; call < 100; call++) await outcomeOf(texts);
    texts.subscribe().unsubscribe();
    expect(listeners(signal)).toBe(0);
  });
});

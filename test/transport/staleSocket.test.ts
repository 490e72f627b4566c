import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { cleanUp } from '../support/cleanUp.ts';
import { chunked, LAST_CHUNK, outcomeOf, serve, STREAM, turns, type Answer } from './support.ts';
import { textsFrom } from './textsFrom.ts';

/** Answers the first request, so that its socket is kept, and does something else with those after it. */
const first =
  (then: Answer): Answer =>
  (socket, count) => {
    if (count === 1) socket.write(STREAM + chunked('answer') + LAST_CHUNK);
    else then(socket, count);
  };

describe('a kept socket that has died', () => {
  it.each<[string, Answer]>([
    ['reset', (socket) => socket.resetAndDestroy()],
    ['closed', (socket) => socket.end()],
  ])('fault 8: %s before any byte of the response is replaced by a fresh one', async (_how, fail) => {
    const server = await serve(
      first((socket, count) => (count === 2 ? fail(socket, count) : socket.write(STREAM + chunked('fresh') + LAST_CHUNK))),
    );
    const texts = textsFrom(server.url);
    await outcomeOf(texts);
    await turns(3);
    expect(await outcomeOf(texts)).toEqual({ values: ['fresh'] });
    expect([server.sockets.length, server.requests.length]).toEqual([2, 3]);
    expect(server.requests[2]?.split('\r\n\r\n')[1]).toBe(server.requests[1]?.split('\r\n\r\n')[1]);
  });

  it('fault 8: is replaced by no other kept one, which may have died as well', async () => {
    const server = await serve((socket, count) => {
      if (count === 3 || count === 4) socket.resetAndDestroy();
      else socket.write(STREAM + chunked('answer') + LAST_CHUNK);
    });
    const texts = textsFrom(server.url);
    await Promise.all([outcomeOf(texts), outcomeOf(texts)]);
    await turns(3);
    expect((await outcomeOf(texts)).error).toMatchObject({ code: 'connection_lost' });
    expect([server.sockets.length, server.requests.length]).toEqual([3, 4]);
  });

  it('fault 8: is replaced once only', async () => {
    const server = await serve(first((socket) => socket.resetAndDestroy()));
    const texts = textsFrom(server.url);
    await outcomeOf(texts);
    await turns(3);
    expect((await outcomeOf(texts)).error).toMatchObject({ code: 'connection_lost', phase: 'headers' });
    expect(server.requests.length).toBe(3);
  });

  it('fault 8: is not replaced once the response has begun', async () => {
    const server = await serve(first((socket) => socket.end('HTTP/1.1 20')));
    const texts = textsFrom(server.url);
    await outcomeOf(texts);
    await turns(3);
    expect((await outcomeOf(texts)).error).toMatchObject({ code: 'connection_lost', phase: 'headers' });
    expect(server.requests.length).toBe(2);
  });

  it('fault 7: a new socket is not replaced', async () => {
    const server = await serve((socket) => socket.resetAndDestroy());
    expect((await outcomeOf(textsFrom(server.url))).error).toMatchObject({
      code: 'connection_lost',
    });
    expect(server.requests.length).toBe(1);
  });

  it("leaves the caller's own dispatcher alone", async () => {
    const dispatcher = new Agent();
    cleanUp(() => dispatcher.close());
    const server = await serve(first((socket) => socket.resetAndDestroy()));
    const texts = textsFrom(server.url, { dispatcher });
    await outcomeOf(texts);
    await turns(3);
    expect((await outcomeOf(texts)).error).toMatchObject({ code: 'connection_lost' });
    expect(server.requests.length).toBe(2);
  });

  it('unsubscribing after the replacement closes the fresh socket', async () => {
    const server = await serve(first((socket, count) => (count === 2 ? socket.resetAndDestroy() : undefined)));
    const texts = textsFrom(server.url);
    await outcomeOf(texts);
    await turns(3);
    const subscription = texts.subscribe();
    while (server.requests.length < 3) await turns(1);
    subscription.unsubscribe();
    while (server.sockets.some((socket) => !socket.closed)) await turns(1);
    expect(server.requests.length).toBe(3);
  });
});

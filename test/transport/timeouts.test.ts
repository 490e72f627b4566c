import { describe, expect, it } from 'vitest';
import type { Timeouts } from '../../src/request/Timeouts.ts';
import type { ResponseReader } from '../../src/transport/ResponseReader.ts';
import { streamResponse } from '../../src/transport/streamResponse.ts';
import {
  alive,
  chunked,
  closing,
  LAST_CHUNK,
  outcomeOf,
  readText,
  requestTo,
  serve,
  serveSilently,
  STREAM,
  SOON_MS,
} from './support.ts';
import { textsFrom } from './textsFrom.ts';
import { watchWarnings } from './watchWarnings.ts';

const call = (url: string, timeouts: Partial<Timeouts>, own?: Partial<ResponseReader>) =>
  outcomeOf(textsFrom(url, { timeouts }, own));

describe('time limits', () => {
  it('fault 3: ends a connection that does not come about', async () => {
    const server = await serveSilently();
    const { error } = await call(server.url, { connectMs: 40 });
    expect(error).toMatchObject({ code: 'timeout', which: 'connect', phase: 'connect', retryable: true });
    expect(await closing(await server.greeted)).toBeLessThan(SOON_MS);
  });

  it('fault 6, T-TO-05: ends the wait for headers and closes the socket', async () => {
    const server = await serve(() => undefined);
    const { error } = await call(server.url, { connectMs: 1_000, headersMs: 40 });
    expect(error).toMatchObject({ code: 'timeout', which: 'headers', phase: 'headers' });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('T-TO-01, fault 53: ends a body that has fallen silent', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text')));
    const { values, error } = await call(server.url, { idleMs: 40 });
    expect(values).toEqual(['text']);
    expect(error).toMatchObject({ code: 'timeout', which: 'idle', phase: 'body', retryable: true });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('T-TO-04, fault 54: ends a body of keep-alives without content, which are no silence', async () => {
    const server = await serve((socket) => {
      socket.write(STREAM);
      const beat = setInterval(() => socket.write(chunked(': beat\n\n')), 10);
      socket.on('close', () => clearInterval(beat));
    });
    const { values, error } = await call(server.url, { idleMs: 150, contentMs: 300 });
    expect(error).toMatchObject({ code: 'timeout', which: 'content', phase: 'body' });
    expect(values.length).toBeGreaterThan(3);
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('T-TO-04, fault 54: ends a body without content in time also where all other limits are far away', async () => {
    const server = await serve((socket) => socket.write(STREAM));
    const began = performance.now();
    const { error } = await call(server.url, { contentMs: 50 });
    expect(error).toMatchObject({ code: 'timeout', which: 'content' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('T-TO-02: content starts the wait for content anew', async () => {
    const server = await serve((socket) => {
      socket.write(STREAM);
      let left = 15;
      const beat = setInterval(() => socket.write(left-- > 0 ? chunked('text') : LAST_CHUNK), 10);
      socket.on('close', () => clearInterval(beat));
    });
    const texts = streamResponse<string>(
      () => requestTo(server.url, { timeouts: { contentMs: 80 } }),
      (head, sink, request) => {
        const reader = readText()(head, sink, request);
        return {
          push: (bytes) => {
            reader.push(bytes);
            sink.progress();
          },
          flush: () => undefined,
          interrupt: (error) => error,
        };
      },
    );
    expect((await outcomeOf(texts)).error).toBeUndefined();
  });

  it('fault 55: ends a body that trickles for ever', async () => {
    const server = await serve((socket) => {
      socket.write(STREAM);
      const beat = setInterval(() => socket.write(chunked('.')), 10);
      socket.on('close', () => clearInterval(beat));
    });
    expect((await call(server.url, { totalMs: 300 })).error).toMatchObject({ code: 'timeout', which: 'total', phase: 'body' });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('fault 111: the time spent on preparing counts towards the whole', async () => {
    const server = await serve(() => undefined);
    const since = performance.now();
    const late = new Promise((resolve) => setTimeout(resolve, 150)).then(() =>
      requestTo(server.url, { timeouts: { totalMs: 200 } }),
    );
    const { error } = await outcomeOf(streamResponse(() => late, readText()));
    expect(error).toMatchObject({ code: 'timeout', which: 'total', phase: 'headers' });
    expect(performance.now() - since).toBeLessThan(300);
  });

  it('asks the reader after each read how long it may be silent, and whether what came is whole', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('finished')));
    const texts = streamResponse<string>(
      () => requestTo(server.url),
      (_head, sink) => {
        let idleMs: number | undefined;
        return {
          push: () => (idleMs = 30),
          flush: () => undefined,
          idleMs: () => idleMs,
          interrupt: (error) => {
            sink.emit(`was ${error.which ?? ''}`);
            return undefined;
          },
        };
      },
    );
    expect(await outcomeOf(texts)).toEqual({ values: ['was idle'] });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('fault 30: asks the reader before the first read too', async () => {
    const server = await serve((socket) => socket.write(STREAM));
    const { error } = await call(server.url, {}, { idleMs: () => 30 });
    expect(error).toMatchObject({ code: 'timeout', which: 'idle' });
  });

  it('fault 26: takes limits no timer can hold for what they mean', async () => {
    const server = await serve((socket) => setTimeout(() => socket.write(STREAM + LAST_CHUNK), 20));
    const warnings = watchWarnings();
    const off = { connectMs: Infinity, headersMs: 2 ** 31, idleMs: 1e12, contentMs: Infinity, totalMs: Infinity };
    expect(await call(server.url, off)).toEqual({ values: [] });
    expect(warnings).toEqual([]);
  });

  it('gives a process that was busy past the limit one look at the network first', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text', 'more')));
    const push = (): void => {
      server.sockets[0]?.write(chunked('while it was busy') + LAST_CHUNK);
      const until = performance.now() + 60;
      while (performance.now() < until);
    };
    expect(await call(server.url, { idleMs: 30 }, { push })).toEqual({ values: [] });
  });

  it("T-TO-03: switches off those of the caller's own dispatcher", () => {
    const dispatched: object[] = [];
    const dispatcher = { dispatch: (options: object) => dispatched.push(options) > 0 };
    textsFrom('http://x/', { dispatcher }).subscribe().unsubscribe();
    expect(dispatched).toMatchObject([{ headersTimeout: 0, bodyTimeout: 0 }]);
  });

  it('leaves no timer behind', async () => {
    const server = await serve((socket) => socket.write(STREAM + LAST_CHUNK));
    const before = alive('Timeout');
    await call(server.url, {});
    expect(alive('Timeout')).toBeLessThanOrEqual(before);
  });
});

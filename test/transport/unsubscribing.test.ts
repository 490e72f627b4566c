import { take } from 'rxjs';
import { Agent, MockAgent, type Dispatcher } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/request/HttpRequest.ts';
import { streamResponse } from '../../src/transport/streamResponse.ts';
import { cleanUp } from '../support/cleanUp.ts';
import {
  alive,
  chunked,
  closing,
  deferred,
  LAST_CHUNK,
  outcomeOf,
  pending,
  readText,
  requestTo,
  serve,
  serveSilently,
  STREAM,
  until,
  SOON_MS,
} from './support.ts';
import { textsFrom } from './textsFrom.ts';

/** A reader that emits every line of a read on its own. */
const readLines = () =>
  streamResponse<string>(
    () => requestTo('http://mock/', { dispatcher: mock }),
    (_head, sink) => ({
      push: (bytes) => {
        for (const line of Buffer.from(bytes).toString().split('\n')) sink.emit(line);
      },
      flush: () => sink.emit('flushed'),
      interrupt: (error) => error,
    }),
  );

let mock: MockAgent;
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

beforeEach(() => {
  mock = new MockAgent();
  cleanUp(() => mock.close());
  rejections.length = 0;
  process.on('unhandledRejection', onRejection);
});

afterEach(() => {
  process.off('unhandledRejection', onRejection);
  expect(rejections).toEqual([]);
});

describe('unsubscribing', () => {
  it('fault 99: while the request is being prepared sends nothing', async () => {
    const server = await serve(() => undefined);
    const request = deferred<HttpRequest>();
    const ended = pending(streamResponse(() => request.promise, readText()));
    ended.subscription.unsubscribe();
    request.resolve(requestTo(server.url));
    const other = await serve((socket) => socket.write(STREAM + LAST_CHUNK));
    await outcomeOf(textsFrom(other.url));
    expect(server.sockets).toEqual([]);
    expect(ended.notifications).toEqual([]);
  });

  it('T-AB-05: while the request is being prepared swallows the failure of that', async () => {
    const request = deferred<HttpRequest>();
    const ended = pending(streamResponse(() => request.promise, readText()));
    ended.subscription.unsubscribe();
    request.reject(new Error('too late'));
    await expect(request.promise).rejects.toThrow();
    expect(ended.notifications).toEqual([]);
  });

  it('fault 99: in the turn of the subscription leaves no socket', async () => {
    const server = await serve(() => undefined);
    const before = alive('Timeout');
    const ended = pending(textsFrom(server.url));
    ended.subscription.unsubscribe();
    expect(alive('Timeout')).toBeLessThanOrEqual(before);
    await until(() => alive('TCPSocketWrap') === 0);
    expect(ended.notifications).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('fault 16: while the connection is being made closes the socket at once', async () => {
    const server = await serveSilently();
    const ended = pending(textsFrom(server.url));
    const socket = await server.greeted;
    ended.subscription.unsubscribe();
    expect(await closing(socket)).toBeLessThan(SOON_MS);
    expect(ended.notifications).toEqual([]);
  });

  it('fault 16, T-AB-01: while headers are awaited closes the socket at once', async () => {
    const asked = deferred();
    const server = await serve(() => asked.resolve());
    const ended = pending(textsFrom(server.url));
    await asked.promise;
    ended.subscription.unsubscribe();
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
    expect(ended.notifications).toEqual([]);
  });

  it('T-AB-01: between headers and body closes the socket at once', async () => {
    const server = await serve((socket) => socket.write(STREAM));
    const opened = deferred();
    const ended = pending(
      streamResponse<string>(
        () => requestTo(server.url),
        (head, sink, request) => {
          opened.resolve();
          return readText()(head, sink, request);
        },
      ),
    );
    await opened.promise;
    ended.subscription.unsubscribe();
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
    expect(ended.notifications).toEqual([]);
  });

  it('T-AB-01: in the middle of the body closes the socket at once, twice is once', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('one')));
    const ended = pending(textsFrom(server.url));
    await until(() => ended.notifications.length === 1);
    ended.subscription.unsubscribe();
    ended.subscription.unsubscribe();
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
    expect(ended.notifications).toEqual(['one']);
  });

  it('T-AB-06: inside the first next closes the socket', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('one', 'two')));
    expect(await outcomeOf(textsFrom(server.url).pipe(take(1)))).toEqual({ values: ['one'] });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('fault 104: inside next stops a read with 200 frames in it', async () => {
    const lines = Array.from({ length: 200 }, (_, index) => `frame ${index}`);
    mock.get('http://mock').intercept({ path: '/', method: 'POST' }).reply(200, lines.join('\n'));
    expect(await outcomeOf(readLines().pipe(take(3)))).toEqual({ values: ['frame 0', 'frame 1', 'frame 2'] });
  });

  it('fault 104: tells the reader that the call is over', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('x')));
    const seen: boolean[] = [];
    const texts = streamResponse<string>(
      () => requestTo(server.url),
      (_head, sink) => ({
        push: () => {
          seen.push(sink.isClosed());
          sink.emit('x');
          seen.push(sink.isClosed());
        },
        flush: () => undefined,
        interrupt: (error) => error,
      }),
    );
    await outcomeOf(texts.pipe(take(1)));
    expect(seen).toEqual([false, true]);
  });

  it('fault 99: while the request waits in a dispatcher of the caller sends nothing', async () => {
    const dispatcher = new Agent({ connections: 1 });
    cleanUp(() => dispatcher.destroy());
    const server = await serve((socket) => socket.write(STREAM));
    const texts = textsFrom(server.url, { dispatcher });
    const first = pending(texts);
    await until(() => server.requests.length === 1);
    pending(texts).subscription.unsubscribe();
    server.sockets[0]?.write(LAST_CHUNK);
    await until(() => first.notifications.length > 0);
    const last = pending(texts);
    await until(() => server.requests.length === 2);
    server.sockets[0]?.write(LAST_CHUNK);
    server.sockets[1]?.write(LAST_CHUNK);
    await until(() => last.notifications.length > 0);
    expect([first.notifications, last.notifications]).toEqual([['complete'], ['complete']]);
    expect(server.requests.length).toBe(2);
  });

  it('fault 105: a dispatcher may answer within the call, and the consumer leave within the first event', async () => {
    const reasons: unknown[] = [];
    let reads = 0;
    const controller = { abort: (reason: unknown) => reasons.push(reason), pause: () => undefined, resume: () => undefined };
    const dispatch: Dispatcher['dispatch'] = (_options, handler) => {
      handler.onRequestStart?.(controller as never, {});
      handler.onResponseStart?.(controller as never, 200, {});
      for (let sent = 0; sent < 3; sent += 1) handler.onResponseData?.(controller as never, Buffer.from('x'));
      return true;
    };
    const texts = streamResponse<string>(
      () => requestTo('http://mock/', { dispatcher: { dispatch } }),
      (head, sink, request) => ({ ...readText()(head, sink, request), push: () => sink.emit(`${(reads += 1)}`) }),
    );
    expect(await outcomeOf(texts.pipe(take(1)))).toEqual({ values: ['1'] });
    expect([reads, reasons.length]).toEqual([1, 1]);
  });

  it('fault 105: what a reader emits while it is opened can end the call', async () => {
    const before = alive('Timeout');
    const server = await serve((socket) => socket.write(STREAM + chunked('one')));
    const texts = streamResponse<string>(
      () => requestTo(server.url),
      (head, sink, request) => {
        sink.emit('opened');
        return readText({ idleMs: () => 5_000 })(head, sink, request);
      },
    );
    expect(await outcomeOf(texts.pipe(take(1)))).toEqual({ values: ['opened'] });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
    expect(alive('Timeout')).toBeLessThanOrEqual(before);
  });
});

import { describe, expect, it } from 'vitest';
import { CompletionError } from '../../src/errors/CompletionError.ts';
import { streamResponse } from '../../src/transport/streamResponse.ts';
import type { OpenReader } from '../../src/transport/ResponseReader.ts';
import {
  CANARY,
  chunked,
  closing,
  head,
  LAST_CHUNK,
  outcomeOf,
  readText,
  requestTo,
  serve,
  STREAM,
  turns,
  SOON_MS,
} from './support.ts';

/** Ends the answer at `[DONE]`, like the real reader. */
const readUntilDone: OpenReader<string> = (_head, sink) => ({
  push: (bytes) => {
    sink.emit(Buffer.from(bytes).toString());
    if (Buffer.from(bytes).includes('[DONE]')) {
      sink.end();
      sink.emit('after the end');
    }
  },
  flush: () => sink.emit('flushed'),
  interrupt: (error) => error,
});

describe('the ending of a response', () => {
  it('fault 56: completes at the end the reader sees and closes a socket kept open', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text', '[DONE]', 'garbage')));
    expect(await outcomeOf(streamResponse(() => requestTo(server.url), readUntilDone))).toEqual({
      values: ['text', '[DONE]'],
    });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('keeps the socket for the next call when the end of the response came with the end of the answer', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('[DONE]') + LAST_CHUNK));
    const texts = streamResponse(() => requestTo(server.url), readUntilDone);
    await outcomeOf(texts);
    await turns(3);
    await outcomeOf(texts);
    expect([server.sockets.length, server.requests.length]).toEqual([1, 2]);
  });

  it('flushes the reader at a clean end, before it completes', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text') + LAST_CHUNK));
    expect(await outcomeOf(streamResponse(() => requestTo(server.url), readUntilDone))).toEqual({
      values: ['text', 'flushed'],
    });
  });

  it('fault 36: passes an empty response on', async () => {
    const server = await serve((socket) => socket.write(head('204 No Content')));
    expect(await outcomeOf(streamResponse(() => requestTo(server.url), readUntilDone))).toEqual({ values: ['flushed'] });
  });

  it('fault 9: ignores informational responses before the real one', async () => {
    const server = await serve((socket) =>
      socket.write(head('103 Early Hints', 'link: </x>') + STREAM + chunked('text') + LAST_CHUNK),
    );
    const statuses: number[] = [];
    const texts = streamResponse<string>(() => requestTo(server.url), (head, sink, request) => {
      statuses.push(head.status);
      return readUntilDone(head, sink, request);
    });
    expect(await outcomeOf(texts)).toEqual({ values: ['text', 'flushed'] });
    expect(statuses).toEqual([200]);
  });

  it.each(['open', 'push', 'flush'])('wraps what is thrown in %s and keeps the secrets out of it', async (where) => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text') + LAST_CHUNK));
    const fail = (at: string): void => {
      if (at === where) throw new TypeError(`no property of ${CANARY}`);
    };
    const { error } = await outcomeOf(
      streamResponse(
        () => requestTo(server.url),
        () => {
          fail('open');
          return { push: () => fail('push'), flush: () => fail('flush'), interrupt: (failure) => failure };
        },
      ),
    );
    expect(error).toMatchObject({
      name: 'CompletionError',
      code: 'unexpected_content',
      endpoint: { provider: 'test' },
      cause: { name: 'TypeError', message: 'no property of ***' },
    });
  });

  it('says of a failure whether content had come before it', async () => {
    const server = await serve((socket) => socket.end(STREAM + chunked('text')));
    const errorWhen = async (isContent: boolean) => {
      const texts = streamResponse(
        () => requestTo(server.url),
        (_head, sink) => ({
          push: () => (isContent ? sink.progress() : undefined),
          flush: () => undefined,
          interrupt: (error) => error,
        }),
      );
      return (await outcomeOf(texts)).error;
    };
    expect(await errorWhen(true)).toMatchObject({ code: 'truncated', committed: true });
    expect(await errorWhen(false)).toMatchObject({ code: 'truncated', committed: false });
  });

  it('adds endpoint and request id to an error of the reader and closes the socket', async () => {
    const start = head('500 Oops', 'CF-Ray: edge', 'Request-Id: req_1', 'content-length: 9');
    const server = await serve((socket) => socket.write(`${start}x`));
    const { error } = await outcomeOf(
      streamResponse(
        () => requestTo(server.url),
        readText({
          push: () => {
            throw new CompletionError('http_status', { status: 500 });
          },
        }),
      ),
    );
    expect(error).toMatchObject({ code: 'http_status', status: 500, requestId: 'req_1', endpoint: { model: 'm' } });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });
});

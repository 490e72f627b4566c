import { MockAgent } from 'undici';
import { describe, expect, it, vi } from 'vitest';
import { CompletionError } from 'rx-completions';
import { Call } from '../../src/transport/Call.ts';
import { streamResponse } from '../../src/transport/streamResponse.ts';
import type { HttpRequest } from '../../src/request/HttpRequest.ts';
import { cleanUp } from '../support/cleanUp.ts';
import { chunked, head, LAST_CHUNK, outcomeOf, readText, requestTo, serve, STREAM } from './support.ts';

describe('streamResponse', () => {
  it('sends nothing before it is subscribed to and one request per subscription', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('hi') + LAST_CHUNK));
    let prepared = 0;
    const texts = streamResponse(() => {
      prepared++;
      return requestTo(server.url);
    }, readText());
    expect([prepared, server.requests.length]).toEqual([0, 0]);
    expect(await outcomeOf(texts)).toEqual({ values: ['hi'] });
    expect(await outcomeOf(texts)).toEqual({ values: ['hi'] });
    expect([prepared, server.requests.length]).toEqual([2, 2]);
  });

  it('sends the request as prepared', async () => {
    const server = await serve((socket) => socket.write(STREAM + LAST_CHUNK));
    await outcomeOf(streamResponse(() => requestTo(`${server.url}?api-version=1`, { body: '{"a":"ü"}' }), readText()));
    expect(server.requests[0]).toMatch(/^POST \/v1\/chat\/completions\?api-version=1 HTTP\/1.1\r\n/);
    expect(server.requests[0]).toContain('content-length: 10');
    expect(Buffer.from(server.requests[0] ?? '', 'latin1').toString()).toContain('{"a":"ü"}');
  });

  it('answers within the subscription when request and dispatcher are synchronous', () => {
    const agent = new MockAgent();
    cleanUp(() => agent.close());
    agent.get('http://mock').intercept({ path: '/', method: 'POST' }).reply(200, 'hello');
    const values: string[] = [];
    streamResponse(() => requestTo('http://mock/', { dispatcher: agent }), readText()).subscribe((text) => values.push(text));
    expect(values).toEqual(['hello']);
  });

  it('reports what prepare throws, at once or later, as an error notification', async () => {
    const refusal = new Error('no key');
    const thrown = streamResponse(() => {
      throw refusal;
    }, readText());
    const rejected = streamResponse(() => Promise.reject(refusal), readText());
    expect((await outcomeOf(thrown)).error).toBe(refusal);
    expect((await outcomeOf(rejected)).error).toBe(refusal);
  });

  it('reports what a signal of another kind throws as an error notification, at once or later', async () => {
    const listen = (): never => {
      throw new Error('no listeners here');
    };
    const signal = Object.assign(new AbortController().signal, { addEventListener: listen });
    const request = requestTo('http://127.0.0.1:1/', { signal });
    for (const prepare of [() => request, () => Promise.resolve(request)])
      expect(await outcomeOf(streamResponse(prepare, readText()))).toMatchObject({ error: { message: 'no listeners here' } });
  });

  it('gives the reader the head of the response with lower-case names and repeated headers joined', async () => {
    const server = await serve((socket) =>
      socket.write(head('201 Created', 'X-Odd: 1', 'x-odd: 2', 'content-length: 0')),
    );
    const { values } = await outcomeOf(
      streamResponse(
        () => requestTo(server.url),
        (response, sink) => {
          sink.emit(`${response.status} ${response.headers['x-odd'] ?? ''}`);
          return { push: () => undefined, flush: () => sink.emit('flushed'), interrupt: (error) => error };
        },
      ),
    );
    expect(values).toEqual(['201 1, 2', 'flushed']);
  });

  it.each([
    ['without headers', null, {}],
    ['whose controller is read-only', { 'content-type': 'text/plain' }, Object.freeze({ rawHeaders: [] })],
    ['whose controller computes its headers', {}, { get rawHeaders() { return []; } }],
  ])('takes the response of a foreign dispatcher %s', async (_, headers, does) => {
    const controller = Object.freeze(Object.assign(Object.create(does) as object, { abort: () => undefined, pause: () => undefined, resume: () => undefined }));
    const dispatch = (_options: object, handler: object): boolean => {
      const { onRequestStart, onResponseStart, onResponseData, onResponseEnd } = handler as Record<string, (...given: unknown[]) => void>;
      onRequestStart?.call(handler, controller);
      onResponseStart?.call(handler, controller, 200, headers);
      onResponseData?.call(handler, controller, Buffer.from('hi'));
      onResponseEnd?.call(handler, controller, {});
      return true;
    };
    expect(await outcomeOf(streamResponse(() => requestTo('http://foreign/', { dispatcher: { dispatch } }), readText()))).toEqual({ values: ['hi'] });
  });

  it('asks again as long as a failure teaches something, with one call joined to the subscription', async () => {
    const server = await serve((socket, count) => socket.write(count < 3 ? head('503 Busy', 'content-length: 0') : STREAM + chunked('hi') + LAST_CHUNK));
    const fail = readText({ flush: () => { throw new CompletionError('http_status'); } });
    const asked: number[][] = [];
    const left = vi.spyOn(Call.prototype, 'unsubscribe');
    const texts = streamResponse<string, number>(
      {
        prepare: (lessons) => {
          asked.push([...lessons]);
          return requestTo(server.url);
        },
        learn: (_error, _request, lessons) => lessons.length,
      },
      (response, sink, request) => (response.status === 503 ? fail : readText())(response, sink, request),
    );
    expect(await outcomeOf(texts)).toEqual({ values: ['hi'] });
    expect(asked).toEqual([[], [0], [0, 1]]);
    // Those refused are let go as they end, not with the answer.
    expect(left).toHaveBeenCalledTimes(1);
    left.mockRestore();
  });

  it('gives a second request what is left of the time for the whole call', () => {
    vi.useFakeTimers();
    cleanUp(() => vi.useRealTimers());
    let asked = 0;
    const dispatch = (_options: object, handler: object): boolean => {
      const { onRequestStart, onResponseError } = handler as Record<string, (...given: unknown[]) => void>;
      onRequestStart?.call(handler, { abort: () => undefined });
      asked += 1;
      if (asked === 1) setTimeout(() => onResponseError?.call(handler, undefined, new Error('reset')), 300);
      return true;
    };
    const prepare = (): HttpRequest => requestTo('http://foreign/', { dispatcher: { dispatch }, timeouts: { totalMs: 400 } });
    const errors: unknown[] = [];
    streamResponse<string, string>({ prepare, learn: (_error, _request, lessons) => (lessons.length === 0 ? 'again' : undefined) }, readText()).subscribe({
      error: (error: unknown) => errors.push(error),
    });
    vi.advanceTimersByTime(399);
    expect([asked, errors.length]).toEqual([2, 0]);
    vi.advanceTimersByTime(2);
    expect(errors).toMatchObject([{ code: 'timeout', which: 'total' }]);
  });

  it('reports the failure itself where learning from it fails', async () => {
    const server = await serve((socket) => socket.destroy());
    const learn = (): never => {
      throw new Error('no lesson');
    };
    const { error } = await outcomeOf(streamResponse({ prepare: () => requestTo(server.url), learn }, readText()));
    expect(error).toMatchObject({ code: 'connection_lost' });
  });
});

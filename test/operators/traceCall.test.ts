import { concat, EMPTY, NEVER, of, Observable, take, throwError } from 'rxjs';
import { CompletionError, type StreamEvent } from 'rx-completions';
import { normalizeUsage, retryCall } from 'rx-completions/operators';
import type { SpanAttributes, SpanLike, TracerLike } from '../../operators/trace/TracerLike.ts';
import { traceCall, type TraceCallConfig } from '../../operators/traceCall.ts';
import { operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, start, text, usageReport } from '../support/events.ts';

/** A tracer that writes down what it is told. */
const recorder = () => {
  const spans: { name: string; attributes: SpanAttributes; events: unknown[]; status: unknown; ends: number; started: unknown[] }[] = [];
  const tracer: TracerLike = {
    startSpan: (name, options, context): SpanLike => {
      const span = { name, attributes: { ...options.attributes }, events: [] as unknown[], status: undefined as unknown, ends: 0, started: [options.kind, context] };
      spans.push(span);
      return {
        setAttributes: (attributes) => Object.assign(span.attributes, attributes),
        addEvent: (event, attributes) => span.events.push(attributes === undefined ? event : [event, attributes]),
        setStatus: (status) => (span.status = status),
        updateName: (better) => (span.name = better),
        end: () => void (span.ends += 1),
      };
    },
  };
  return { tracer, spans };
};

/** The span of a call. */
const spanOf = (source: Observable<StreamEvent>, config: TraceCallConfig = {}, count = Infinity) => {
  const { tracer, spans } = recorder();
  const traced = source.pipe(traceCall(tracer, config));
  expect(spans).toEqual([]);
  (count === Infinity ? traced : traced.pipe(take(count))).subscribe({ error: () => undefined });
  expect(spans).toHaveLength(1);
  return spans[0]!;
};

const response: StreamEvent = { type: 'response', id: 'r1', model: 'm-2025' };
const whole = [start(), response, text('secret'), finish(), usageReport({ prompt_tokens: 7, completion_tokens: 3 }), done()];
const OK = { code: 1 };
const CANCELLED = { code: 2, message: 'left before the answer was whole' };

describe('traceCall', () => {
  it('records a call by the semantic conventions', () => {
    expect(spanOf(of(...whole))).toEqual({
      name: 'chat m',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'test',
        'gen_ai.request.model': 'm',
        'gen_ai.response.id': 'r1',
        'gen_ai.response.model': 'm-2025',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 7,
        'gen_ai.usage.output_tokens': 3,
        'server.address': 'localhost',
      },
      events: [['attempt', { attempt: 1, 'gen_ai.provider.name': 'test', 'gen_ai.request.model': 'm', 'server.address': 'localhost' }], 'first_content'],
      status: OK,
      ends: 1,
      started: [2, undefined],
    });
  });

  it('reads what normalizeUsage has made of the reports', () => {
    expect(spanOf(of(...whole).pipe(normalizeUsage()) as Observable<StreamEvent>).attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 7 });
  });

  it('estimates nothing', () => {
    expect(Object.keys(spanOf(of(start(), text('a'), finish(), done())).attributes).filter((name) => name.includes('usage'))).toEqual([]);
  });

  it('takes names, attributes and a parent', () => {
    const parent = {};
    const span = spanOf(of(...whole), { operation: 'invoke_agent', attributes: { 'app.user': 'u' }, context: parent });
    expect(span).toMatchObject({ name: 'invoke_agent m', attributes: { 'app.user': 'u', 'gen_ai.operation.name': 'invoke_agent' } });
    expect(span.started[1]).toBe(parent);
  });

  describe('T-OT-01: ends its span exactly once', () => {
    it.each([
      ['at completion', of(...whole), Infinity],
      ['at an error', throwError(() => new CompletionError('connect')), Infinity],
      ['at an error in mid-answer', concat(of(start()), throwError(() => new Error('x'))), Infinity],
      ['when unsubscribed', concat(of(start()), NEVER), 1],
      ['when unsubscribed at done', of(...whole), 6],
      ['when nothing comes', EMPTY, Infinity],
    ])('%s', (_name, source: Observable<StreamEvent>, count) => {
      expect(spanOf(source, {}, count).ends).toBe(1);
    });

    it('and not while the call runs', () => {
      expect(spanOf(concat(of(start(), text('a')), NEVER)).ends).toBe(0);
    });
  });

  describe('T-OT-02: a consumer who leaves', () => {
    it.each([1, 2, 3])('before the finish has cancelled the call (%i events)', (count) => {
      const { status, attributes } = spanOf(of(...whole), {}, count);
      expect([status, attributes['error.type']]).toEqual([CANCELLED, 'cancelled']);
    });

    it.each([4, 5, 6])('after the finish has had a whole answer (%i events)', (count) => {
      const { status, attributes } = spanOf(of(...whole), {}, count);
      expect([status, attributes['error.type']]).toEqual([OK, undefined]);
    });

    it('after the first of two choices has finished has cancelled it', () => {
      expect(spanOf(of(start(), text('a'), text('b', 1), finish()), {}, 4).status).toEqual(CANCELLED);
    });

    it('after a former attempt has finished, but not the one at hand, has cancelled it', () => {
      expect(spanOf(of(start(), text('a'), finish(), start(2), text('b')), {}, 4).status).toEqual(CANCELLED);
    });

    it('is no better than a source that was stopped', () => {
      expect(spanOf(of(start(), text('a'))).status).toEqual(CANCELLED);
    });
  });

  it('T-OT-03: records one span over all attempts, with each of them in it', () => {
    const retry = { type: 'retry', attempt: 2, delayMs: 20, discarded: true, error: { code: 'rate_limit' } } as unknown as StreamEvent;
    const span = spanOf(of(start(), text('a'), finish('length'), finish('length', 1), retry, start(2), text('b'), finish(), done('stop', 2)));
    const attempt = (number: number): unknown => ['attempt', expect.objectContaining({ attempt: number })];
    expect(span.events).toEqual([attempt(1), 'first_content', ['retry', { attempt: 2, 'error.type': 'rate_limit', 'delay.ms': 20 }], attempt(2), 'first_content']);
    expect(span.attributes['gen_ai.response.finish_reasons']).toEqual(['stop']);
  });

  it('says what a call failed with, and where', () => {
    const endpoint = { provider: 'p', model: 'big', host: 'h' };
    const span = spanOf(throwError(() => new CompletionError('http_status', { status: 503, endpoint })));
    expect(span).toMatchObject({
      name: 'chat big',
      status: { code: 2, message: 'h answered 503' },
      attributes: { 'error.type': 'http_status', 'http.response.status_code': 503, 'gen_ai.request.model': 'big', 'server.address': 'h' },
    });
  });

  it.each([
    ['localhost:8000', { 'server.address': 'localhost', 'server.port': 8000 }],
    ['[::1]:8080', { 'server.address': '::1', 'server.port': 8080 }],
    ['[2001:db8::1]', { 'server.address': '2001:db8::1' }],
    ['::1', { 'server.address': '::1' }],
    ['api.test', { 'server.address': 'api.test' }],
  ])('takes the port off the host %s', (host, expected) => {
    const serverIn = (attributes: unknown): unknown =>
      Object.fromEntries(Object.entries(attributes as SpanAttributes).filter(([name]) => name.startsWith('server.')));
    const { attributes, events } = spanOf(of({ ...start(), endpoint: { provider: 'p', model: 'm', host } } as StreamEvent, done()));
    expect([attributes, (events[0] as unknown[])[1]].map(serverIn)).toEqual([expected, expected]);
  });

  it('keeps no port of a former endpoint', () => {
    const at = (host: string, attempt: number) => ({ ...start(attempt), endpoint: { provider: 'p', model: 'm', host } }) as StreamEvent;
    const { attributes } = spanOf(of(at('localhost:8000', 1), at('api.test', 2)));
    expect(attributes).toMatchObject({ 'server.address': 'api.test' });
    expect(attributes).not.toHaveProperty('server.port');
  });

  it('names a call that is left before its start by the endpoint asked last, or by the attributes given', () => {
    const [from, to] = ['small', 'big'].map((model) => ({ provider: 'p', model, host: 'h' }));
    const notice = (more: object) => ({ type: 'fallback', attempt: 2, discarded: false, error: { code: 'connect' }, ...more }) as unknown as StreamEvent;
    for (const [events, model] of [[[notice({ from, to })], 'big'], [[notice({ from })], 'small'], [[notice({ from, to }), notice({})], 'big']] as const)
      expect(spanOf(concat(of(...events), NEVER), {}, events.length)).toMatchObject({
        name: `chat ${model}`,
        attributes: { 'gen_ai.request.model': model, 'gen_ai.provider.name': 'p', 'server.address': 'h' },
      });
    expect(spanOf(EMPTY, { attributes: { 'gen_ai.request.model': 'mine' } }).name).toBe('chat mine');
    expect(spanOf(EMPTY).name).toBe('chat');
  });

  it('repeats no word of an answer, of a prompt or of an error of somebody else', () => {
    const spans = [spanOf(of(...whole)), spanOf(throwError(() => new TypeError('secret'))), spanOf(concat(of(start()), new Observable<never>((subscriber) => subscriber.error('secret'))))];
    expect(JSON.stringify(spans)).not.toContain('secret');
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([undefined, 'TypeError', 'unknown']);
  });

  it('adds nothing to what it passes on', () => {
    expectTypeOf(of(start()).pipe(retryCall(), traceCall(recorder().tracer))).toEqualTypeOf(of(start()).pipe(retryCall()));
  });

  describe('obeys the operator contract:', () => {
    it.each(operatorContract(() => traceCall(recorder().tracer)).map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run());
  });
});

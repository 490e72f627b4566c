import type { CompletionError } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { readHttpError } from '../../src/wire/readHttpError.ts';
import { readRetryAfter } from '../../src/wire/readRetryAfter.ts';
import { readResponse } from '../support/readResponse.ts';
import { everyByte } from './chunks.ts';

const failed = (status: number, body: string | object = '', headers: Readonly<Record<string, string>> = {}): CompletionError => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { error, events } = readResponse([Buffer.from(text)], { status, headers });
  expect(events).toEqual([]);
  return error!;
};

describe('error responses', () => {
  const bodies: readonly (readonly [said: string, body: string | object])[] = [
    ['boom', { error: { message: 'boom', type: 't', code: 'c', param: 'p' } }],
    ['boom', { error: 'boom' }],
    ['boom', { detail: 'boom' }],
    ['body.0: boom; query: invalid', { detail: [{ loc: ['body', 0], msg: 'boom', input: 'my prompt' }, { loc: ['query'] }] }],
    ['boom', { message: 'boom' }],
    ['boom', { object: 'error', message: 'boom', code: 400 }],
    ['boom', [{ error: { code: 400, message: 'boom', status: 'INVALID_ARGUMENT' } }]],
    ['boom', [{ error: { message: 'boom' } }, { error: { message: 'bang' } }]],
    ['boom', { errors: [{ code: 7003, message: 'boom' }], success: false }],
    ['boom', { error: { message: { detail: 'boom' } } }],
    ['boom', 'boom'],
    ['boom', '<html><head><title>boom</title></head><body>long</body></html>'],
    ['boom twice', '<h1>boom</h1><p>twice</p>'],
  ];

  it.each(bodies)('fault 19, fault 28: says "%s" for %j', (said, body) => {
    const error = failed(422, body);
    expect(error).toMatchObject({ code: 'http_status', status: 422, phase: 'headers', retryable: false, providerError: { message: said } });
    expect(error.message).toBe(`localhost answered 422: ${said}`);
  });

  it('fault 19: keeps code, type and param of the endpoint', () => {
    expect(failed(400, { error: { message: 'm', type: 't', code: 'c', param: 'p' } }).providerError).toEqual({ message: 'm', type: 't', code: 'c', param: 'p' });
  });

  it.each(['', ' \n', 'null', '{}', '[]', '{"error":null}'])('fault 28: a body that says nothing (%j) leaves the status', (body) => {
    expect(failed(502, body).message).toBe('localhost answered 502');
    expect(failed(502, body).providerError).toBeUndefined();
  });

  it('fault 28: a page of 5 KB becomes a sentence', () => {
    const error = failed(503, `<html><body>${'<div class="x">Service unavailable </div>'.repeat(200)}`);
    expect(error.providerError?.message).toHaveLength(512);
    expect(error.message).not.toContain('<');
  });

  const classes: readonly (readonly [row: string, code: string, retryable: boolean, status: number, body: object])[] = [
    ['fault 19', 'http_status', false, 404, { error: { message: 'no such model' } }],
    ['fault 19', 'context_length', false, 400, { error: { code: 'context_length_exceeded' } }],
    ['fault 19', 'content_filter', false, 400, { error: { code: 'content_filter' } }],
    ['fault 20', 'auth', false, 401, {}],
    ['fault 20', 'auth', false, 403, {}],
    ['fault 20', 'auth', false, 401, { error: { message: 'prompt is too long for this key' } }],
    ['fault 20', 'content_filter', false, 403, { error: { message: 'model requires moderation, your input was flagged' } }],
    ['fault 21', 'quota', false, 402, {}],
    ['fault 21', 'quota', false, 429, { error: { code: 'insufficient_quota' } }],
    ['fault 21', 'quota', false, 429, { error: { message: 'You exceeded your current quota' } }],
    ['fault 22', 'http_status', true, 408, {}],
    ['fault 22', 'http_status', true, 409, {}],
    ['fault 22', 'http_status', true, 425, {}],
    ['fault 22', 'rate_limit', true, 429, {}],
    ['fault 22', 'http_status', true, 500, {}],
    ['fault 22', 'http_status', true, 503, {}],
    ['fault 22', 'http_status', true, 529, {}],
    ['fault 22', 'http_status', true, 599, {}],
  ];

  it.each(classes)('%s: is %s, retryable: %s, for %i %j', (_, code, retryable, status, body) => {
    expect(failed(status, body)).toMatchObject({ code, retryable, status });
  });

  it('fault 20: masks the key, whole or half-masked by the endpoint', () => {
    const secrets = ['my-own-key-without-shape'];
    const body = Buffer.from(JSON.stringify({ error: { message: 'Incorrect API key: sk-abcd****wxyz or my-own-key-without-shape', code: 'my-own-key-without-shape' } }));
    const { error } = readResponse([body], { status: 401, secrets });
    expect(error?.providerError).toEqual({ message: 'Incorrect API key: *** or ***', code: '***' });
    expect(JSON.stringify(error) + error!.stack!).not.toMatch(/wxyz|my-own-key/);
  });

  it('fault 27: x-should-retry wins over the status', () => {
    expect(failed(503, '', { 'x-should-retry': 'false' }).retryable).toBe(false);
    expect(failed(400, '', { 'x-should-retry': 'true' }).retryable).toBe(true);
    expect(failed(503, '', { 'x-should-retry': 'maybe' }).retryable).toBe(true);
  });

  it('T-ER-06, T-ER-12, fault 23, fault 25: carries the wait asked for, milliseconds first, 0 a value', () => {
    expect(failed(429, '', { 'retry-after': '120' }).retryAfterMs).toBe(120_000);
    expect(failed(429, '', { 'retry-after': '120', 'retry-after-ms': '0' }).retryAfterMs).toBe(0);
    expect(failed(429).retryAfterMs).toBeUndefined();
    expect(failed(402, '', { 'retry-after': '5' })).toMatchObject({ code: 'quota', retryable: true, retryAfterMs: 5000 });
  });

  it('fault 29: reads as much of the body as allowed and then ends with what it has', () => {
    const page = `<title>too many words</title>${'x'.repeat(1 << 20)}`;
    for (const pieces of [[Buffer.from(page)], everyByte(Buffer.from(page.slice(0, 3000)))]) {
      const { error } = readResponse(pieces, { status: 500, limits: { maxErrorBodyBytes: 2000 } });
      expect(error).toMatchObject({ status: 500, providerError: { message: 'too many words' } });
    }
  });

  it('fault 29: of JSON cut off by the limit only the message is repeated, never the prompt a validator echoes', () => {
    const input = { messages: [{ role: 'user', content: `my prompt ${'x'.repeat(3000)}` }] };
    const reports: readonly (readonly [string | undefined, object])[] = [
      ['field "n" is too large', { detail: [{ loc: ['body', 'n'], msg: 'field "n" is too large', input }] }],
      ['no', { error: { code: 400, input: 'a "message": of mine', message: 'no', request: input } }],
      [undefined, { input, detail: 'behind the limit' }],
    ];
    for (const [message, body] of reports) {
      const { error } = readResponse([Buffer.from(JSON.stringify(body, undefined, 1))], { status: 422, limits: { maxErrorBodyBytes: 1000 } });
      expect(error?.providerError?.message).toBe(message);
      expect(JSON.stringify(error) + error!.message).not.toContain('my prompt');
    }
  });

  it('fault 29: a message that is itself cut off is not repeated', () => {
    const { error } = readResponse([Buffer.from('{"error":{"message":"half a sen')], { status: 422 });
    expect(error?.message).toBe('localhost answered 422');
  });

  it('fault 29: stops at the limit, before the body has ended', () => {
    const reader = readHttpError(500, {}, 100, {});
    reader.push(Buffer.alloc(99, 120));
    expect(() => reader.push(Buffer.alloc(1, 120))).toThrow('answered 500');
  });

  it('fault 30: a body that stalls has five seconds, and then what came must do', () => {
    const reader = readHttpError(400, {}, 65_536, {});
    expect(reader.idleMs()).toBeGreaterThan(4000);
    expect(reader.idleMs()).toBeLessThanOrEqual(5000);
    reader.push(Buffer.from('{"error":{"message":"half a sen'));
    expect(reader.error()).toMatchObject({ code: 'http_status', status: 400, phase: 'headers' });
  });

  it('fault 30: the bytes are copied, since they belong to the transport', () => {
    const reader = readHttpError(400, {}, 65_536, {});
    const bytes = Buffer.from('{"error":"boom"}');
    reader.push(bytes);
    bytes.fill(0);
    expect(reader.error().providerError?.message).toBe('boom');
  });
});

describe('how long a response asks to wait', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const waits: readonly (readonly [row: string, headers: Record<string, string>, wait: number | undefined])[] = [
    ['fault 23', { 'retry-after': '120' }, 120_000],
    ['fault 23', { 'retry-after': ' 1.5 ' }, 1500],
    ['fault 24', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    ['fault 24', { 'retry-after': 'Thursday, 01-Jan-26 00:00:30 GMT' }, 30_000],
    ['fault 24', { 'retry-after': '2026-01-01T00:00:30Z' }, 30_000],
    ['fault 24', { 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }, 0],
    ['fault 24', { 'retry-after': 'Thu, 01 Jan 2026 05:00:30 GMT', date: 'Thu, 01 Jan 2026 05:00:00 GMT' }, 30_000],
    ['fault 24', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT', date: 'nonsense' }, 30_000],
    ['T-ER-12, fault 25', { 'retry-after-ms': '0' }, 0],
    ['fault 25', { 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    ['fault 25', { 'retry-after-ms': 'soon', 'retry-after': '9' }, 9000],
    ['fault 25', { 'x-ratelimit-reset-requests': '6m0s' }, undefined],
    ['fault 26', { 'retry-after': '1e12' }, 2 ** 31 - 1],
    ['fault 26', { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' }, 2 ** 31 - 1],
    ['fault 26', { 'retry-after': '-5' }, undefined],
    ['fault 26', { 'retry-after': 'Infinity' }, undefined],
    ['fault 26', { 'retry-after': 'soon 5' }, undefined],
    ['fault 26', { 'retry-after': '1, 2' }, undefined],
    ['fault 26', { 'retry-after': 'tomorrow' }, undefined],
    ['fault 26', { 'retry-after': '' }, undefined],
  ];

  it.each(waits)('%s: %j asks for %s ms', (_, headers, wait) => {
    expect(readRetryAfter(headers, now)).toBe(wait);
  });
});

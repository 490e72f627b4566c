import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mask } from '../../src/errors/redact.ts';
import { buildRequest } from '../../src/request/buildRequest.ts';
import type { HttpRequest } from '../../src/request/HttpRequest.ts';
import { compatAt, hello, openRouter, refusal, requestOf } from './support.ts';

const headersOf = (
  headers: Record<string, string>,
  modelHeaders: Record<string, string> = {},
): Readonly<Record<string, string>> =>
  requestOf(compatAt('https://h/v1', { headers: modelHeaders }), hello, { headers }).headers;

describe('the headers of a request', () => {
  it('fault 37: are these by default, and ask for no encoding', () =>
    expect(requestOf(openRouter).headers).toEqual({
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'user-agent': 'rx-completions',
      authorization: 'Bearer sk-test-key-0001',
    }));

  it('merge without regard to case: defaults, then the model, then the options', () => {
    const headers = headersOf({ 'X-Title': 'options' }, { 'USER-AGENT': 'model', 'x-title': 'model', 'x-model': '1' });
    expect(headers).toMatchObject({ 'user-agent': 'model', 'x-title': 'options', 'x-model': '1' });
    expect(Object.keys(headers).every((name) => name === name.toLowerCase())).toBe(true);
  });

  it('replace the bearer with an Authorization the caller gives', () =>
    expect(headersOf({ Authorization: 'Basic Zm9vOmJhcg==' })['authorization']).toBe('Basic Zm9vOmJhcg=='));

  it.each(['authorization', 'api-key', 'X-Api-Key'])('need no key when they hold %s', (name) => {
    const model = compatAt('https://gateway.example/v1', { headers: { [name]: 'of-the-gateway' } });
    const { headers } = buildRequest('openai', model, hello, {}, { OPENROUTER_API_KEY: 'sk-or-env' }) as HttpRequest;
    expect(headers[name.toLowerCase()]).toBe('of-the-gateway');
    expect(Object.values(headers)).not.toContain('Bearer sk-or-env');
  });

  it('fault 120: refuse any control character in a value, naming the header and the place', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x1f }), fc.boolean(), (code, ofModel) => {
        const headers = { 'x-note': `canary${String.fromCharCode(code)}canary` };
        const message = refusal(() => (ofModel ? headersOf({}, headers) : headersOf(headers)));
        expect(message).toBe('header `x-note` contains an invalid character at index 6');
      }),
    ));

  it.each(['', 'x y', 'x:y', 'x\r\ny', 'é', 'x\0'])('fault 120: refuse the name %j', (name) => {
    const message = refusal(() => headersOf({ [name]: 'v' }));
    expect(message).toContain('a header name contains an invalid character at index');
  });

  it.each(['Content-Length', 'transfer-encoding', 'Connection', 'Expect'])(
    'refuse %s, which frames the message',
    (name) => expect(refusal(() => headersOf({ [name]: '1' }))).toContain('set by the transport'),
  );

  it('fault 132: leave every prototype as it is', () => {
    const hostile = JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, string>;
    expect(headersOf(hostile)).not.toHaveProperty('__proto__', 'x');
    expect(Object.getPrototypeOf(headersOf(hostile))).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('the secrets of a request', () => {
  const secretsWith = (headers: Record<string, string>, baseUrl = 'https://h/v1'): readonly string[] =>
    requestOf(compatAt(baseUrl, { headers })).secrets;

  it('fault 121: hold the key and every header value that may be one', () => {
    expect(secretsWith({ cookie: 'a=b', 'api-key': 'short', 'x-tenant': 'tenant-0001', 'x-n': '1' })).toEqual([
      'sk-test-key-0001',
      'a=b',
      'short',
      'tenant-0001',
    ]);
  });

  it('fault 121: hold credentials without their scheme as well', () =>
    expect(secretsWith({ authorization: 'Bearer gateway-key' })).toContain('gateway-key'));

  it('fault 121: hold what the address carries under a telling name', () => {
    const secrets = secretsWith({}, 'https://h/v1?key=in-the-address&api-version=2024-10-21');
    expect(secrets).toContain('in-the-address');
    expect(secrets).not.toContain('2024-10-21');
  });

  it('fault 121: are masked whole where one begins with another', () => {
    const secrets = secretsWith({ 'x-token': 'gateway-key-and-more' }, 'https://h/v1?key=gateway-key');
    expect(mask('no such token: gateway-key-and-more', { secrets })).toBe('no such token: ***');
    expect(mask('no such token: gateway-key-and-more', { secrets: secrets.toReversed() })).toBe('no such token: ***');
  });
});

import fc from 'fast-check';
import type { ApiKey } from 'rx-completions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { resolveApiKey } from '../../src/request/resolveApiKey.ts';
import type { CallKind, KeyQuestion } from '../../src/request/resolveApiKey.ts';
import { buildRequest } from '../../src/request/buildRequest.ts';
import type { HttpRequest } from '../../src/request/HttpRequest.ts';
import { compatAt, hello, openAI, openRouter, refusal, requestOf, untyped } from './support.ts';

const environment = { OPENROUTER_API_KEY: 'sk-or-env-canary', OPENAI_API_KEY: 'sk-oa-env-canary' };

const question = (over: Partial<KeyQuestion> = {}): KeyQuestion => ({
  kind: 'openrouter',
  provider: 'openrouter',
  hostname: 'openrouter.ai',
  encrypted: true,
  apiKey: undefined,
  authorized: false,
  ...over,
});

const resolve = (over?: Partial<KeyQuestion>, env: typeof environment | object = environment): unknown =>
  resolveApiKey(question(over), { ...env });

describe('the key of the options', () => {
  it('wins over the environment', () => expect(resolve({ apiKey: 'mine' })).toBe('mine'));

  it('may come with its scheme', () => expect(resolve({ apiKey: 'Bearer mine' })).toBe('mine'));

  it('goes to any host', () => expect(resolve({ apiKey: 'mine', hostname: 'gateway.example' })).toBe('mine'));

  it('goes to loopback when it is given', () =>
    expect(resolve({ apiKey: 'mine', hostname: 'localhost' })).toBe('mine'));

  it('is trimmed', () => expect(resolve({ apiKey: ' mine\n' })).toBe('mine'));

  it('may come from a function, asked each time', () => {
    const source = vi.fn<() => string>().mockReturnValueOnce('one').mockReturnValueOnce('two');
    expect([resolve({ apiKey: source }), resolve({ apiKey: source })]).toEqual(['one', 'two']);
  });

  it('may come late', async () => {
    await expect(resolve({ apiKey: () => Promise.resolve(' late ') })).resolves.toBe('late');
  });

  it('fault 119: is refused when it is blank or not a string', () => {
    expect(refusal(() => resolve({ apiKey: ' ' }))).toContain('`options.apiKey` is blank');
    expect(refusal(() => resolve({ apiKey: () => untyped<string>(undefined) }))).toContain(
      '`options.apiKey` must be a string',
    );
  });

  it('tells what its function failed with, with keys masked and no cause', async () => {
    const failing = (): string => {
      throw new Error('vault is sealed, sk-canary0123456789');
    };
    expect(refusal(() => resolve({ apiKey: failing }))).toBe('`options.apiKey` failed: vault is sealed, ***');
    const late = resolve({ apiKey: () => Promise.reject(new Error('vault is sealed')) });
    await expect(late).rejects.toMatchObject({ code: 'config', message: '`options.apiKey` failed: vault is sealed' });
    await expect(late).rejects.not.toHaveProperty('cause');
  });
});

describe('the key of the environment', () => {
  it.each<[CallKind, string, string, string]>([
    ['openrouter', 'openrouter', 'openrouter.ai', 'sk-or-env-canary'],
    ['openai', 'openrouter', 'openrouter.ai', 'sk-or-env-canary'],
    ['openai', ' OpenAI ', 'api.openai.com', 'sk-oa-env-canary'],
    ['openai', 'openai', 'eu.api.openai.com', 'sk-oa-env-canary'],
    ['openrouter', 'openai', 'openrouter.ai', 'sk-or-env-canary'],
  ])('%s call, provider %s: %s gets its own key', (kind, provider, hostname, key) =>
    expect(resolve({ kind, provider, hostname })).toBe(key),
  );

  it('is refused to another host, with the name of the variable', () =>
    expect(refusal(() => resolve({ hostname: 'llm.chutes.ai' }))).toBe(
      'OPENROUTER_API_KEY is only sent to openrouter.ai: pass `options.apiKey` for llm.chutes.ai, or null for no key',
    ));

  it('fault 123: is never sent to a foreign host, whatever the model calls itself', () =>
    fc.assert(
      fc.property(
        fc.constantFrom<CallKind>('openrouter', 'openai'),
        fc.constantFrom('openai', 'openrouter', 'acme'),
        fc.oneof(
          fc.domain(),
          fc.domain().map((domain) => `openrouter.ai.${domain}`),
          fc.domain().map((domain) => `api-openai.com.${domain}`),
          fc.constantFrom(
            'xopenrouter.ai',
            'openai.com',
            'api.openai.com.evil.io',
            '10.0.0.1',
            '127.0.0.1',
            'localhost',
          ),
        ),
        (kind, provider, hostname) => {
          let key: unknown;
          try {
            key = resolve({ kind, provider, hostname });
          } catch (error) {
            expect(error).toMatchObject({ code: 'config' });
          }
          expect(key).toBeUndefined();
        },
      ),
    ));

  it('goes out encrypted only, since one letter missing in an address would show it to everybody', () =>
    expect(refusal(() => resolve({ encrypted: false }))).toBe(
      'OPENROUTER_API_KEY is only sent over https: correct `baseUrl`',
    ));

  it.each(['localhost', '127.0.0.1', '[::1]', '0.0.0.0'])('is neither needed by %s nor sent there', (hostname) =>
    expect(resolve({ hostname })).toBeUndefined(),
  );

  it('is not looked at where the caller wants no key or has authorised the call in headers', () => {
    expect(resolve({ apiKey: null })).toBeUndefined();
    expect(resolve({ authorized: true, hostname: 'gateway.example' })).toBeUndefined();
  });

  it.each([{}, { OPENROUTER_API_KEY: ' ' }])('is missed by name when it is %j', (env) =>
    expect(refusal(() => resolve({}, env))).toBe('no API key for openrouter.ai: neither `options.apiKey` nor OPENROUTER_API_KEY is set'),
  );

  it('has no variable for a provider the package does not know', () =>
    expect(refusal(() => resolve({ kind: 'openai', provider: 'acme', hostname: 'api.acme.com' }))).toBe(
      'no API key for api.acme.com: pass `options.apiKey`, or null for an endpoint that needs none',
    ));

  it('is the environment of the process unless another is given', () => {
    vi.stubEnv('OPENROUTER_API_KEY', 'sk-or-process');
    expect(resolveApiKey(question())).toBe('sk-or-process');
  });
  afterEach(() => vi.unstubAllEnvs());
});

describe('a key that cannot stand in a header', () => {
  it.each([
    ['sk-\nx', 3],
    ['sk\r\nx-injected: 1', 2],
    ['s\0k', 1],
    ['sk-\u{1f511}', 3],
    ['sk-é\u2019', 4],
    ['  sk\tx', 4],
  ])('fault 120: names the place in %j and not the value', (apiKey, index) =>
    expect(refusal(() => resolve({ apiKey }))).toBe(`apiKey contains an invalid character at index ${index}`),
  );

  it('fault 120: is refused for any control character within it, and never repeated', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x1f }), fc.constantFrom('options', 'environment'), (code, from) => {
        const key = `canary${String.fromCharCode(code)}canary`;
        const message = refusal(() =>
          from === 'options' ? resolve({ apiKey: key }) : resolve({}, { OPENROUTER_API_KEY: key }),
        );
        expect(message).toBe('apiKey contains an invalid character at index 6');
      }),
    ));
});

describe('a request', () => {
  it('carries the key as a bearer, and only there', () => {
    const request = requestOf(openRouter, hello, { apiKey: 'sk-canary' });
    expect(request.headers['authorization']).toBe('Bearer sk-canary');
    expect(request.secrets).toContain('sk-canary');
    expect(JSON.stringify({ ...request, headers: {}, secrets: [] })).not.toContain('canary');
  });

  it.each([
    ['at loopback', 'http://127.0.0.1:8000/v1', undefined],
    ['with apiKey null', 'https://llm.example/v1', null],
  ])('has no Authorization %s', (_when, baseUrl, apiKey) => {
    const options: { apiKey?: ApiKey } = apiKey === undefined ? {} : { apiKey };
    const request = buildRequest('openai', compatAt(baseUrl), hello, options, environment) as HttpRequest;
    expect(request.headers).not.toHaveProperty('authorization');
    expect(request.secrets).toEqual([]);
  });

  it('is made at once unless the key comes late', async () => {
    expect(buildRequest('openai', openAI, hello, {}, environment)).not.toBeInstanceOf(Promise);
    expect(buildRequest('openai', openAI, hello, { apiKey: () => 'k' })).not.toBeInstanceOf(Promise);
    const late = buildRequest('openai', openAI, hello, { apiKey: () => Promise.resolve('late-key') });
    expect((await late).headers['authorization']).toBe('Bearer late-key');
  });

  it('asks for no key when something else cannot be used', () => {
    const source = vi.fn(() => 'k');
    expect(refusal(() => requestOf(openAI, { messages: [] }, { apiKey: source }))).toContain('`messages`');
    expect(source).not.toHaveBeenCalled();
  });

  it('fault 125: warns when the key travels unencrypted', () => {
    const insecure = requestOf(compatAt('http://llm.example/v1'));
    expect(insecure.warnings.map(({ code }) => code)).toEqual(['insecure_transport']);
    expect(requestOf(compatAt('https://llm.example/v1')).warnings).toEqual([]);
    expect(requestOf(compatAt('http://localhost/v1')).warnings).toEqual([]);
    expect(requestOf(compatAt('http://llm.example/v1'), hello, { apiKey: null }).warnings).toEqual([]);
  });
});

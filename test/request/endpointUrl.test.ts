import type { Model } from 'rx-completions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointUrl } from '../../src/request/endpointUrl.ts';
import { isHost } from '../../src/request/isHost.ts';
import { isLoopback } from '../../src/request/isLoopback.ts';
import { bodyOf, hello, local, refusal, requestOf } from './support.ts';

describe('endpointUrl', () => {
  it.each([
    ['https://h/api/v1/chat/completions', 'https://h/api/v1/chat/completions'],
    ['https://h/v1', 'https://h/v1/chat/completions'],
    ['https://h/v1/', 'https://h/v1/chat/completions'],
    ['https://h/v1//', 'https://h/v1/chat/completions'],
    ['https://h/v1/chat/completions/', 'https://h/v1/chat/completions'],
    ['https://h/v1?key=1', 'https://h/v1/chat/completions?key=1'],
    [
      'https://h/openai/deployments/d/chat/completions?api-version=2024-10-21',
      'https://h/openai/deployments/d/chat/completions?api-version=2024-10-21',
    ],
    ['https://h/v1beta/openai', 'https://h/v1beta/openai'],
    ['https://h/generate/', 'https://h/generate/'],
    ['https://h', 'https://h/'],
    ['https://h/xv1', 'https://h/xv1'],
    ['  http://h:8000/v1  ', 'http://h:8000/v1/chat/completions'],
  ])('fault 119: posts %s to %s', (baseUrl, expected) => expect(endpointUrl(baseUrl).href).toBe(expected));

  it.each(['', '  ', undefined, null, 7])('fault 119: refuses %j in the words of the model', (baseUrl) =>
    expect(refusal(() => endpointUrl(baseUrl))).toBe('Model `baseUrl` must be a non-empty string'),
  );

  it.each(['h/v1', 'localhost:8000/v1', '//h/v1', 'https://', 'http://[', 'https://h:99999/v1'])(
    'fault 119: refuses %s, which is no web address',
    (baseUrl) => expect(refusal(() => endpointUrl(baseUrl))).toMatch(/begins? with https:\/\/ or http:\/\//),
  );

  it.each(['file:///etc/passwd', 'ftp://h/v1', 'data:,x', 'javascript:1', 'ws://h/v1'])(
    'fault 124: refuses %s',
    (baseUrl) => expect(refusal(() => endpointUrl(baseUrl))).toContain('must begin with https:// or http://'),
  );

  it.each(['https://canary:pass@h/v1', 'https://canary@h/v1', 'https://:canary@h/v1', 'http://canary:p@h:x/v1'])(
    'fault 122: refuses credentials in the address without repeating them (%s)',
    (baseUrl) => expect(refusal(() => endpointUrl(baseUrl))).not.toContain('canary'),
  );

  it('refuses a fragment, which would never be sent', () =>
    expect(refusal(() => endpointUrl('https://h/#/v1'))).toContain('fragment'));

  it('fault 119: refuses /chat/completions twice', () =>
    expect(refusal(() => endpointUrl('https://h/v1/chat/completions/chat/completions'))).toContain('only once'));

  it('gives the same address when asked again with its own answer', () =>
    fc.assert(
      fc.property(
        fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true }),
        fc.constantFrom('', '/v1', '/v1/'),
        (base, end) => {
          const once = endpointUrl(base + (base.includes('?') ? '' : end));
          expect(endpointUrl(once.href).href).toBe(once.href);
        },
      ),
    ));

  it('is asked again for a plain object that no factory has seen', () => {
    expect(refusal(() => requestOf({ ...local, baseUrl: ' ' }))).toBe('Model `baseUrl` must be a non-empty string');
    expect(bodyOf({ kind: 'openai-compat', provider: 'p', id: 'plain', baseUrl: 'http://h/v1' }, hello)['model']).toBe(
      'plain',
    );
  });
});

describe('isHost', () => {
  it.each(['openrouter.ai', 'eu.openrouter.ai'])('takes %s', (host) =>
    expect(isHost(host, 'openrouter.ai')).toBe(true),
  );

  it.each(['openrouter.ai.evil.com', 'notopenrouter.ai', 'evil.com', 'ai', ''])('does not take %j', (host) =>
    expect(isHost(host, 'openrouter.ai')).toBe(false),
  );
});

describe('addressOf', () => {
  it('follows a model that is pointed elsewhere, and refuses one whose address is taken away', () => {
    const model = { kind: 'openai-compat' as const, provider: 'p', id: 'm', baseUrl: 'https://one.test/v1' };
    expect(requestOf(model).address).toMatchObject({ host: 'one.test', path: '/v1/chat/completions' });
    expect(requestOf(model).address).toBe(requestOf(model).address);
    model.baseUrl = 'http://two.test:8080/v1?api-key=hush-hush';
    const { address, endpoint, secrets } = requestOf(model);
    expect(address).toMatchObject({ host: 'two.test:8080', path: '/v1/chat/completions?api-key=hush-hush', isEncrypted: false });
    expect(endpoint.host).toBe('two.test:8080');
    expect(secrets).toContain('hush-hush');
    Reflect.deleteProperty(model, 'baseUrl');
    expect(refusal(() => requestOf(model))).toBe('Model `baseUrl` must be a non-empty string');
  });

  it('keeps no address under the name of another where a getter says something else each time', () => {
    let count = 0;
    const model = {
      kind: 'openai-compat' as const,
      provider: 'p',
      id: 'm',
      get baseUrl() {
        return count++ === 0 ? 'https://one.test/v1' : 'https://two.test/v1';
      },
    };
    expect([requestOf(model), requestOf(model)].map(({ address }) => address.host)).toEqual(['one.test', 'two.test']);
  });

  it('refuses a hand-written model without an address', () => {
    const model = { kind: 'openai-compat', provider: 'p', id: 'm' } as Model;
    expect(refusal(() => requestOf(model))).toBe('Model `baseUrl` must be a non-empty string');
  });
});

describe('isLoopback', () => {
  it.each(['localhost', '127.0.0.1', '127.1', '127.255.0.3', '[::1]', '[0:0:0:0:0:0:0:1]', '2130706433', '0.0.0.0', '[::]'])(
    'takes http://%s',
    (host) => expect(isLoopback(new URL(`http://${host}`).hostname)).toBe(true),
  );

  it.each(['127.evil.com', 'localhost.evil.com', '128.0.0.1', '1.0.0.0', '[::2]', '10.127.0.1'])(
    'does not take http://%s',
    (host) => expect(isLoopback(new URL(`http://${host}`).hostname)).toBe(false),
  );
});

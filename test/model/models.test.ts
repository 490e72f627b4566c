import { CompletionError, openAICompatModel, openRouterModel } from 'rx-completions';
import type { Model, OpenAICompatModel, OpenRouterModel } from 'rx-completions';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { refusal, untyped } from '../request/support.ts';

const OPENROUTER = 'https://openrouter.ai/api/v1/chat/completions';

describe.each([
  ['openRouterModel', openRouterModel],
  ['openAICompatModel', openAICompatModel],
])('%s', (_name, make) => {
  it('needs only an id', () =>
    expect(make({ id: 'm' })).toMatchObject({ id: 'm', provider: 'openrouter', baseUrl: OPENROUTER }));

  it('makes a frozen plain object that survives JSON and structuredClone', () => {
    const model = make({ id: 'm', headers: { 'x-title': 'app' }, reasoning: 'high', contextWindow: 8192 });
    expect(Object.isFrozen(model) && Object.isFrozen(model.headers)).toBe(true);
    expect(Object.getPrototypeOf(model)).toBe(Object.prototype);
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    expect(structuredClone(model)).toEqual(model);
  });

  it('trims the baseUrl', () => expect(make({ id: 'm', baseUrl: '  http://h/v1\n' }).baseUrl).toBe('http://h/v1'));

  it.each(['', ' ', '\t\n'])('fault 119: throws when the baseUrl is blank (%j)', (baseUrl) => {
    expect(() => make({ id: 'm', baseUrl })).toThrow(CompletionError);
    expect(refusal(() => make({ id: 'm', baseUrl }))).toBe('Model `baseUrl` must be a non-empty string');
  });

  it('refuses a field it does not know, since a mistyped baseUrl would send the prompt elsewhere', () =>
    expect(refusal(() => make(untyped({ id: 'm', baseurl: 'http://mine/v1' })))).toBe(
      'Model `baseurl` is not known; did you mean `baseUrl`?',
    ));

  it('names the field that cannot be used and never its value', () => {
    const message = refusal(() =>
      make(untyped({ id: '', headers: { authorization: 17_171_717 }, reasoning: 'canary', contextWindow: -1 })),
    );
    for (const field of ['id', 'headers.authorization', 'reasoning', 'contextWindow'])
      expect(message).toContain(`Model \`${field}\``);
    expect(message).not.toMatch(/canary|17171717/);
  });

  it.each([undefined, null, 'm', 7])('fault 119: refuses %j in place of a config', (config) =>
    expect(refusal(() => make(untyped(config)))).toContain('Model'),
  );

  it('leaves the objects of the caller as they are', () => {
    const headers = { 'x-title': 'app' };
    make({ id: 'm', headers });
    expect(Object.isFrozen(headers)).toBe(false);
  });

  it('takes a field that is undefined for absent', () =>
    expect(make(untyped({ id: 'm', name: undefined, baseUrl: undefined }))).toEqual(make({ id: 'm' })));
});

describe('openRouterModel', () => {
  it('keeps the routing fields, in a copy', () => {
    const openrouterProvider = { order: ['anthropic'], max_price: { prompt: 1 } };
    const model = openRouterModel({ id: 'm', openrouterProvider, openrouterRoute: 'fallback' });
    expect(model).toMatchObject({ kind: 'openrouter', openrouterProvider, openrouterRoute: 'fallback' });
    expect(Object.isFrozen(model.openrouterProvider?.['order'])).toBe(true);
    expect(Object.isFrozen(openrouterProvider.order)).toBe(false);
  });
});

describe('openAICompatModel', () => {
  it('knows the address of openai', () =>
    expect(openAICompatModel({ provider: 'openai', id: 'm' }).baseUrl).toBe(
      'https://api.openai.com/v1/chat/completions',
    ));

  it('asks for the address of a provider it does not know', () =>
    expect(refusal(() => openAICompatModel({ provider: 'acme', id: 'm' }))).toBe(
      'Model `baseUrl` must be given for a provider other than openai and openrouter',
    ));

  it('refuses routing fields, which only OpenRouter understands', () =>
    expect(refusal(() => openAICompatModel(untyped({ id: 'm', openrouterRoute: 'fallback' })))).toContain(
      '`openrouterRoute` is not known',
    ));
});

it('tells the two kinds apart by `kind`', () => {
  expectTypeOf(openRouterModel).returns.toEqualTypeOf<OpenRouterModel>();
  expectTypeOf(openAICompatModel).returns.toEqualTypeOf<OpenAICompatModel>();
  expectTypeOf<Extract<Model, { kind: 'openrouter' }>>().toEqualTypeOf<OpenRouterModel>();
  // @ts-expect-error a model without an id names nothing
  expect(() => openRouterModel({})).toThrow();
});

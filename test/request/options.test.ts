import fc from 'fast-check';
import { openAICompatModel, openRouterModel } from 'rx-completions';
import type { CallOptions, Model } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildRequest } from '../../src/request/buildRequest.ts';
import type { HttpRequest } from '../../src/request/HttpRequest.ts';
import { DEFAULT_LIMITS } from '../../src/request/Limits.ts';
import { DEFAULT_TIMEOUTS } from '../../src/request/Timeouts.ts';
import { bodyOf, compatAt, hello, local, openAI, openRouter, refusal, requestOf, untyped } from './support.ts';

const ALWAYS_THERE = ['model', 'messages', 'stream', 'stream_options'];

/** What a call's options add to the body. */
const written = (options: CallOptions, model: Model = openRouter): Record<string, unknown> => {
  const fields = Object.entries(bodyOf(model, hello, options));
  return Object.fromEntries(fields.filter(([name]) => !ALWAYS_THERE.includes(name)));
};

describe('the body', () => {
  it('is the smallest that streams with usage, in this order', () =>
    expect(requestOf(openRouter).body).toBe(
      '{"model":"vendor/model","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}',
    ));

  it('has every standard field in the words of the wire', () =>
    expect(
      written({
        temperature: 0,
        topP: 0.5,
        topK: 3,
        maxTokens: 0,
        stop: ['a', 'b'],
        seed: 7,
        n: 2,
        topLogprobs: 4,
        frequencyPenalty: 0.1,
        presencePenalty: -0.1,
        logitBias: { 50256: -100 },
        toolChoice: { name: 'weather' },
        parallelToolCalls: false,
        responseFormat: 'json_object',
        user: 'u',
        metadata: { k: 'v' },
        serviceTier: 'flex',
        store: false,
      }),
    ).toEqual({
      temperature: 0,
      top_p: 0.5,
      top_k: 3,
      max_tokens: 0,
      stop: ['a', 'b'],
      seed: 7,
      n: 2,
      logprobs: true,
      top_logprobs: 4,
      frequency_penalty: 0.1,
      presence_penalty: -0.1,
      logit_bias: { 50256: -100 },
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_object' },
      user: 'u',
      metadata: { k: 'v' },
      service_tier: 'flex',
      store: false,
    }));

  it.each(['auto', 'none', 'required'] as const)('passes the tool choice %s on', (toolChoice) =>
    expect(written({ toolChoice })).toEqual({ tool_choice: toolChoice }),
  );

  it('asks for an answer by schema, zod or JSON Schema', () => {
    const schema = z.object({ a: z.string() });
    expect(written({ responseFormat: { type: 'json_schema', name: 'answer', schema, strict: true } })).toEqual({
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'answer',
          schema: {
            type: 'object',
            properties: { a: { type: 'string' } },
            required: ['a'],
            additionalProperties: false,
          },
          strict: true,
        },
      },
    });
    expect(written({ responseFormat: { type: 'json_schema', name: 'n', schema: { type: 'array' } } })).toEqual({
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'array' } } },
    });
  });

  it('names the field of the token limit as the host wants it', () => {
    const limited = (model: Model): object => written({ maxTokens: 9 }, model);
    expect(limited(openRouter)).toEqual({ max_tokens: 9 });
    expect(limited(local)).toEqual({ max_tokens: 9 });
    expect(limited(openAI)).toEqual({ max_completion_tokens: 9 });
    expect(limited(compatAt('https://acme.openai.azure.com/x/chat/completions'))).toEqual({ max_completion_tokens: 9 });
    expect(limited(compatAt('https://h/api.openai.com/v1'))).toEqual({ max_tokens: 9 });
    expect(limited(compatAt('https://h/v1', { maxTokensField: 'max_completion_tokens' }))).toEqual({
      max_completion_tokens: 9,
    });
  });

  it('T-US-14: asks for usage unless the model or its host cannot be asked', () => {
    expect(bodyOf(local)['stream_options']).toEqual({ include_usage: true });
    expect(bodyOf(compatAt('https://api.mistral.ai/v1'))).not.toHaveProperty('stream_options');
    expect(bodyOf(compatAt('https://h/v1', { includeUsage: false }))).not.toHaveProperty('stream_options');
    expect(bodyOf(compatAt('https://api.mistral.ai/v1', { includeUsage: true }))).toHaveProperty('stream_options');
  });

  it('never sends the hints of the model', () =>
    expect(bodyOf(openRouterModel({ id: 'm', maxTokens: 5, contextWindow: 9, name: 'M' }))).toEqual({
      ...bodyOf(openRouter),
      model: 'm',
    }));

  it('has no undefined in it, whatever is left out', () =>
    fc.assert(
      fc.property(
        fc.record(
          {
            temperature: fc.double({ min: 0, max: 2, noNaN: true }),
            maxTokens: fc.nat(),
            toolChoice: fc.constantFrom('auto', { name: 'f' } as const),
            reasoning: fc.constantFrom(true, false, 'high', { effort: 'low' } as const),
            n: fc.integer({ min: 1, max: 9 }),
            extraBody: fc.constantFrom<object>({}, { a: undefined, b: null }),
          },
          { requiredKeys: [] },
        ),
        fc.constantFrom(openRouter, openAI, local),
        (options, model) => {
          const { body, answer } = requestOf(model, hello, untyped<CallOptions>(options));
          expect(body).not.toContain('undefined');
          expect(answer.choices).toBe(options.n ?? 1);
          expect(Object.keys(JSON.parse(body) as object).slice(0, 4)).toEqual([
            'model',
            'messages',
            'stream',
            'stream_options',
          ]);
        },
      ),
    ));
});

describe('routing', () => {
  const routed = { id: 'm', openrouterProvider: { order: ['a'] }, openrouterRoute: 'fallback' };
  const fields = { provider: { order: ['a'] }, route: 'fallback' };

  it('goes to OpenRouter only', () => {
    expect(written({}, openRouterModel(routed))).toEqual(fields);
    expect(written({}, openRouterModel({ ...routed, baseUrl: 'https://eu.openrouter.ai/v1' }))).toEqual(fields);
    expect(written({}, openRouterModel({ ...routed, baseUrl: 'https://h/openrouter.ai/v1' }))).toEqual({});
  });

  it('goes elsewhere when asked to, and stays at home when told to', () => {
    expect(written({}, openRouterModel({ ...routed, baseUrl: 'https://h/v1', sendRouting: true }))).toEqual(fields);
    expect(written({}, openRouterModel({ ...routed, sendRouting: false }))).toEqual({});
  });
});

describe('reasoning', () => {
  it.each<[NonNullable<CallOptions['reasoning']>, object]>([
    ['high', { effort: 'high' }],
    [true, { enabled: true }],
    [false, { enabled: false }],
    [{ maxTokens: 2000 }, { max_tokens: 2000 }],
    [
      { effort: 'low', exclude: true },
      { effort: 'low', exclude: true },
    ],
    [{ exclude: true }, { exclude: true, enabled: true }],
    [{}, { enabled: true }],
  ])('%j goes to OpenRouter as its own object', (reasoning, wire) =>
    expect(written({ reasoning })).toEqual({ reasoning: wire }),
  );

  it.each<[NonNullable<CallOptions['reasoning']>, object]>([
    ['minimal', { reasoning_effort: 'minimal' }],
    [true, {}],
    [false, { reasoning_effort: 'none' }],
    [{ effort: 'xhigh', exclude: false }, { reasoning_effort: 'xhigh' }],
  ])('%j goes elsewhere as an effort', (reasoning, wire) => expect(written({ reasoning }, openAI)).toEqual(wire));

  it('is refused where the endpoint has no word for it', () => {
    expect(refusal(() => written({ reasoning: { maxTokens: 9 } }, openAI))).toContain('`options.reasoning.maxTokens`');
    expect(refusal(() => written({ reasoning: { effort: 'low', exclude: true } }, openAI))).toContain(
      '`options.reasoning.exclude`',
    );
  });

  it('is the reasoning of the model where the call says nothing', () => {
    const model = (reasoning: boolean | 'high'): Model => openAICompatModel({ provider: 'openai', id: 'm', reasoning });
    expect(written({}, model('high'))).toEqual({ reasoning_effort: 'high' });
    expect(written({ reasoning: true }, model('high'))).toEqual({ reasoning_effort: 'high' });
    expect(written({ reasoning: 'low' }, model('high'))).toEqual({ reasoning_effort: 'low' });
    expect(written({}, model(true))).toEqual({});
    expect(written({}, model(false))).toEqual({});
  });
});

describe('extraBody', () => {
  it('reaches fields the toolkit does not know and wins over those it does', () =>
    expect(
      written({
        temperature: 1,
        extraBody: { temperature: 2, min_p: 0.1, chat_template_kwargs: { enable_thinking: false } },
      }),
    ).toEqual({
      temperature: 2,
      min_p: 0.1,
      chat_template_kwargs: { enable_thinking: false },
    }));

  it('takes a field out with undefined', () =>
    expect(bodyOf(openRouter, hello, { extraBody: { stream_options: undefined } })).not.toHaveProperty(
      'stream_options',
    ));

  it('never stops the stream', () =>
    expect(bodyOf(openRouter, hello, { extraBody: { stream: false } })['stream']).toBe(true));

  it('counts the choices it asks for', () =>
    expect(requestOf(openRouter, hello, { n: 2, extraBody: { n: 3 } }).answer.choices).toBe(3));

  it('fault 132: pollutes no prototype', () => {
    const extraBody = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as Record<
      string,
      unknown
    >;
    requestOf(openRouter, hello, { extraBody });
    const options = JSON.parse('{"__proto__":{"temperature":2}}') as CallOptions;
    expect(refusal(() => written(options))).toContain('is not known');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is refused when it has no JSON', () =>
    expect(refusal(() => written({ extraBody: { big: 1n } }))).toBe('the request cannot be written as JSON'));
});

describe('options', () => {
  it('set limits and timeouts one by one, undefined for the default', () => {
    const { limits, timeouts } = requestOf(openRouter, hello, {
      limits: untyped({ maxChoices: 2, maxEventBytes: undefined }),
      timeouts: { idleMs: Infinity },
    });
    expect(limits).toEqual({ ...DEFAULT_LIMITS, maxChoices: 2 });
    expect(timeouts).toEqual({ ...DEFAULT_TIMEOUTS, idleMs: Infinity });
  });

  it('reach the reader of the answer', () => {
    const model = compatAt('https://h/v1', { reasoningFields: ['thoughts'] });
    expect(requestOf(model, hello, { onBadFrame: 'warn', includeRaw: true }).answer).toEqual({
      choices: 1,
      onBadFrame: 'warn',
      includeHeartbeats: false,
      includeRaw: true,
      reasoningFields: ['thoughts'],
    });
  });

  it('pass the signal and the dispatcher on', () => {
    const { signal } = new AbortController();
    const dispatcher = { dispatch: () => true };
    const request = requestOf(openRouter, hello, { signal, dispatcher });
    expect([request.signal === signal, request.dispatcher === dispatcher]).toEqual([true, true]);
    expect(requestOf(openRouter)).toHaveProperty('signal', undefined);
  });

  it.each([
    [{ temperature: 'canary' }, '`options.temperature`: expected number'],
    [{ temperature: NaN }, '`options.temperature`: expected number'],
    [{ maxTokens: -1 }, '`options.maxTokens`: expected number to be >=0'],
    [{ n: 0 }, '`options.n`: expected number to be >=1'],
    [{ stop: [1] }, '`options.stop` must be a string or strings'],
    [{ toolChoice: 'canary' }, '`options.toolChoice` must be \'auto\', \'none\', \'required\' or { name }'],
    [{ reasoning: 'canary' }, '`options.reasoning` must be an effort, a boolean or { effort, maxTokens, exclude }'],
    [{ timeouts: { idleMs: 0 } }, '`options.timeouts.idleMs` must be a number above 0'],
    [{ timeouts: { idle: 1 } }, '`options.timeouts.idle` is not known'],
    [{ limits: { maxChoices: NaN } }, '`options.limits.maxChoices` must be a number above 0'],
    [{ apiKey: 17 }, '`options.apiKey` must be a string, a function or null'],
    [{ headers: { 'x-a': ['canary'] } }, '`options.headers.x-a`: expected string'],
    [{ signal: {} }, '`options.signal` must be an AbortSignal'],
    [{ dispatcher: 'canary' }, '`options.dispatcher` must be an undici dispatcher'],
    [{ onBadFrame: 'canary' }, '`options.onBadFrame`: expected one of "error"|"warn"'],
    [{ tempratur: 0 }, '`options.tempratur` is not known; did you mean `temperature`?'],
    [{ max_tokens: 1 }, '`options.max_tokens` is not known; did you mean `maxTokens`?'],
    [{ min_p: 1 }, '`options.min_p` is not known'],
  ])('fault 119: are refused by name when they are %j', (options, message) =>
    expect(refusal(() => requestOf(openRouter, hello, untyped(options)))).toBe(message),
  );

  it.each([null, 'canary', 7])('are refused when they are %j', (options) =>
    expect(refusal(() => buildRequest('openrouter', openRouter, hello, untyped(options)))).toBe(
      '`options`: expected object',
    ),
  );
});

describe('options', () => {
  const given = fc.record(
    {
      temperature: fc.constantFrom(0.5, 'canary', undefined),
      maxTokens: fc.constantFrom(7, -1),
      stop: fc.constantFrom('x', ['x'], [1]),
      reasoning: fc.constantFrom('high', { effort: 'low' }, { effort: 7 }),
      timeouts: fc.constantFrom({ idleMs: 5 }, { idleMs: 0 }, { idleMs: undefined }),
      limits: fc.constantFrom({ maxChoices: 2 }, { maxChoice: 2 }),
      headers: fc.constantFrom({ 'x-a': 'b' }, { 'x-a': 7 }),
      apiKey: fc.constantFrom('sk-another-key', null, 7),
      canary: fc.constantFrom(1, undefined),
    },
    { requiredKeys: [] },
  );
  const outcomeOf = (options: object): unknown => {
    try {
      return { ...(buildRequest('openrouter', local, hello, untyped(options)) as HttpRequest), prompt: undefined };
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('say the same whether or not they are a plain object', () =>
    fc.assert(
      fc.property(given, (options) => {
        expect(outcomeOf(options)).toEqual(outcomeOf(Object.create(options) as object));
      }),
    ));

  it('may be hidden from whoever lists them', () => {
    const options = Object.defineProperty({}, 'temperature', { value: 0.25 });
    expect((outcomeOf(options) as HttpRequest).body).toContain('"temperature":0.25');
  });

  it('may be told by getters', () => {
    class Settings {
      get temperature(): number {
        return 0.25;
      }
    }
    expect((outcomeOf(new Settings()) as HttpRequest).body).toContain('"temperature":0.25');
  });
});

describe('a request', () => {
  it('reads the objects of the caller once', () => {
    const messages = [{ role: 'user', content: 'hi' }] as { role: 'user'; content: string }[];
    const limits = { maxChoices: 2 };
    const request = requestOf(openRouter, { messages }, { limits });
    messages.push({ role: 'user', content: 'later' });
    limits.maxChoices = 9;
    expect(request.body).not.toContain('later');
    expect(request.limits.maxChoices).toBe(2);
  });

  it('names its endpoint by provider, model and host', () =>
    expect(requestOf(local).endpoint).toEqual({ provider: 'vllm', model: 'qwen', host: 'localhost:8000' }));

  it.each([null, {}, { id: 'm' }, { id: ' ', provider: 'p', baseUrl: 'http://h' }])(
    'fault 119: is refused for a plain object that is no model (%j)',
    (model) => expect(refusal(() => requestOf(untyped(model)))).toContain('Model'),
  );
});

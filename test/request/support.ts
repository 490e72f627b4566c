import { CompletionError, openAICompatModel, openRouterModel } from 'rx-completions';
import type { CallOptions, Context, Message, Model } from 'rx-completions';
import { buildRequest } from '../../src/request/buildRequest.ts';
import type { HttpRequest } from '../../src/request/HttpRequest.ts';

export const openRouter: Model = openRouterModel({ id: 'vendor/model' });
export const openAI: Model = openAICompatModel({ provider: 'openai', id: 'gpt-4o-mini' });
export const local: Model = openAICompatModel({ provider: 'vllm', id: 'qwen', baseUrl: 'http://localhost:8000/v1' });
export const compatAt = (baseUrl: string, more: object = {}): Model =>
  openAICompatModel({ provider: 'acme', id: 'm', baseUrl, ...more });

export const hello: Context = { messages: [{ role: 'user', content: 'hi' }] };

/** The request of a call with a key, as the synchronous path makes it. */
export const requestOf = (model: Model, context: Context = hello, options: CallOptions = {}): HttpRequest => {
  const request = buildRequest('openrouter', model, context, { apiKey: 'sk-test-key-0001', ...options }, {});
  if (request instanceof Promise) throw new Error('the request came late');
  return request;
};

/** The body of a call as the endpoint parses it. */
export const bodyOf = (model: Model, context?: Context, options?: CallOptions): Record<string, unknown> =>
  JSON.parse(requestOf(model, context, options).body) as Record<string, unknown>;

/** One message as the endpoint sees it, `undefined` where it was left out. */
export const wireOf = (message: Message, model: Model = openRouter): unknown => {
  const context: Context = { messages: [{ role: 'user', content: 'before' }, message] };
  return (bodyOf(model, context)['messages'] as unknown[])[1];
};

/** The codes of what was tolerated. */
export const warningsOf = (model: Model, context: Context, options?: CallOptions): string[] =>
  requestOf(model, context, options).warnings.map(({ code }) => code);

/** The message of the `config` error that `run` fails with. */
export const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof CompletionError && error.code === 'config' && error.phase === 'config') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};

/** What JavaScript callers and stored history can hold, whatever the types say. */
export const untyped = <Value>(value: unknown): Value => value as Value;

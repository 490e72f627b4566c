import { configError } from '../errors/configError.ts';
import type { Model } from '../model/Model.ts';
import { addressOf } from './addressOf.ts';
import type { CallKind, Environment } from './resolveApiKey.ts';
import { resolveApiKey } from './resolveApiKey.ts';
import type { CallOptions } from './CallOptions.ts';
import { authorizes, callerHeaders } from './callerHeaders.ts';
import type { Context } from './Context.ts';
import type { Draft } from './Draft.ts';
import { warn, type RequestWarning } from './Draft.ts';
import type { HttpRequest } from './HttpRequest.ts';
import { DEFAULT_LIMITS } from './Limits.ts';
import { mannersOf } from './mannersOf.ts';
import { parseOptions } from './parseOptions.ts';
import { promptTexts } from './promptTexts.ts';
import { requestBody } from './requestBody.ts';
import { secretsOf } from './secretsOf.ts';
import { DEFAULT_TIMEOUTS } from './Timeouts.ts';
import { toJson } from './toJson.ts';
import { withDefaults } from './withDefaults.ts';

/**
 * Makes the HTTP request of one call, or throws a `config` error. Synchronous unless the caller's key is a promise, so
 * that a short call does not wait for a tick. The caller's objects are read here and never again.
 */
export const buildRequest = (
  kind: CallKind,
  model: Model,
  context: Context,
  options: CallOptions | undefined,
  environment?: Environment,
  lessons: readonly RequestWarning[] = [],
): HttpRequest | Promise<HttpRequest> => {
  const settings = parseOptions(options);
  expectModel(model);
  const address = addressOf(model);
  const given = callerHeaders(model.headers, settings.headers);
  const authorized = authorizes(given);
  const draft: Draft = {
    manners: mannersOf(model, address.manners),
    warnings: lessons.map(({ code, message }) => ({ code, message })),
    cacheMarks: 0,
  };
  const body = requestBody(model, context, settings, draft);
  const json = toJson(body, 'the request', draft);

  const finish = (key: string | undefined): HttpRequest => {
    if (!address.isEncrypted && !address.isLoopback && (key !== undefined || authorized))
      warn(draft, 'insecure_transport', `the key travels to ${address.host} unencrypted: the address begins with http://`);
    return {
      address,
      headers: { ...DEFAULT_HEADERS, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...given },
      body: json,
      manners: draft.manners,
      endpoint: { provider: model.provider, model: model.id, host: address.host },
      secrets: secretsOf(key, given, address.secrets),
      prompt: promptOf(json),
      warnings: draft.warnings,
      timeouts: withDefaults(DEFAULT_TIMEOUTS, settings.timeouts),
      limits: withDefaults(DEFAULT_LIMITS, settings.limits),
      signal: settings.signal,
      dispatcher: settings.dispatcher,
      answer: {
        choices: typeof body['n'] === 'number' ? body['n'] : 1,
        onBadFrame: settings.onBadFrame ?? 'error',
        includeHeartbeats: settings.includeHeartbeats ?? false,
        includeRaw: settings.includeRaw ?? false,
        reasoningFields: model.reasoningFields,
      },
    };
  };

  const question = {
    kind,
    provider: model.provider,
    hostname: address.hostname,
    encrypted: address.isEncrypted,
    apiKey: settings.apiKey,
    authorized,
  };
  const key = resolveApiKey(question, environment);
  return key instanceof Promise ? key.then(finish) : finish(key);
};

/** A function of its own: one within `buildRequest` would keep all that is there for as long as the stream is open. */
const promptOf = (json: string): (() => readonly string[]) => {
  let texts: readonly string[] | undefined;
  return () => (texts ??= promptTexts(json));
};

const DEFAULT_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  accept: 'text/event-stream',
  // A compressing proxy holds a stream back until its block is full.
  'accept-encoding': 'identity',
  'user-agent': 'rx-completions',
};

/** Whoever writes a model by hand, without its factory, gets the factory's words for what every call needs. */
const expectModel = (model: Partial<Model> | null | undefined): void => {
  if (typeof model !== 'object' || model === null) throw configError('Model must be an object');
  for (const field of ['id', 'provider'] as const) {
    const value: unknown = model[field];
    if (typeof value !== 'string' || value.trim() === '')
      throw configError(`Model \`${field}\` must be a non-empty string`);
  }
};

import { CompletionError, type ProviderError } from '../errors/CompletionError.ts';
import { mask, redact, type Confidential } from '../errors/redact.ts';
import { classifyFailure } from './classifyFailure.ts';
import type { FailureContext } from './FailureContext.ts';
import { findFailure } from './findFailure.ts';
import { isArray, isObject, numberOf, parseJson, textOf, type JsonObject } from './json.ts';

/** An answer the endpoint rejected is kept longer than other echoes: a repair step needs the whole of it. */
const MAX_FAILED_GENERATION_CHARS = 16_384;
/** How much of a message is searched for words that tell what failed. */
const MAX_CLASSIFIED_CHARS = 2048;

/** Makes the typed error of what an endpoint says went wrong: `said` is its error object, or plain text. */
export const readFailure = (said: unknown, context: FailureContext): CompletionError => {
  const fields = isObject(said) ? said : {};
  const cause = hiddenCause(fields);
  const message = messageOf(said);
  const whole = cause === undefined || message?.includes(cause) === true ? message : joined(message, cause);
  const providerError = defined({
    message: whole === undefined ? undefined : redact(whole, context),
    code: shortOf(fields['code'], context),
    type: shortOf(fields['type'], context),
    param: shortOf(fields['param'], context),
    failedGeneration: failedGenerationOf(fields, context),
  });
  const status = context.status ?? statusOf(fields);
  // Classified by its own words: the caller's may be the same, and are masked in what is shown.
  const words = defined({ message: beginningOf(whole), code: beginningOf(fields['code']), type: beginningOf(fields['type']) });
  return new CompletionError(classifyFailure(status, words, context), {
    ...defined({ endpoint: context.endpoint, retryAfterMs: context.retryAfterMs, status }),
    phase: context.phase ?? 'body',
    ...retryability(words, status, context),
    ...(Object.keys(providerError).length > 0 ? { providerError } : {}),
    ...(cause === undefined ? {} : { cause: new Error(redact(cause, context)) }),
  });
};

/** A status in the error object is the status the endpoint would have sent, had it not begun to stream. */
const statusOf = (fields: JsonObject): number | undefined =>
  [fields['status_code'], fields['code'], fields['status']]
    .map(numberOf)
    .find((status) => status !== undefined && Number.isInteger(status) && status >= 400 && status <= 599);

const retryability = (
  { type, code }: ProviderError,
  status: number | undefined,
  { retryAfterMs }: FailureContext,
): { retryable?: boolean } => {
  if (status === 402) return { retryable: retryAfterMs !== undefined };
  if (status === undefined && (type === 'invalid_request_error' || code === 'invalid_request_error')) {
    return { retryable: false };
  }
  return {};
};

/** Fields an endpoint puts its words into, or an object or a list that holds them: no deeper than `levels`, whatever came. */
const messageOf = (said: unknown, levels = 3): string | undefined => {
  if (typeof said === 'string') return textOf(said);
  if (isArray(said)) return textOf(said.slice(0, MAX_COMPLAINTS).map(complaintOf).join('; '));
  if (!isObject(said) || levels === 0) return undefined;
  for (const field of MESSAGE_FIELDS) {
    const message = textOf(said[field]);
    if (message !== undefined) return message;
  }
  for (const field of MESSAGE_FIELDS) {
    const message = typeof said[field] === 'object' ? messageOf(said[field], levels - 1) : undefined;
    if (message !== undefined) return message;
  }
  return undefined;
};

const MESSAGE_FIELDS = ['message', 'msg', 'error', 'detail'] as const;
const MAX_COMPLAINTS = 16;

/** One entry of a validation report: where and what, without the input it repeats. */
const complaintOf = (entry: unknown): string => {
  if (!isObject(entry)) return typeof entry === 'string' ? entry : 'invalid';
  const place = isArray(entry['loc']) ? entry['loc'].filter(isStep).join('.') : '';
  return joined(textOf(place), textOf(entry['msg']) ?? textOf(entry['message']) ?? 'invalid');
};

const isStep = (step: unknown): step is string | number => typeof step === 'string' || typeof step === 'number';

/** Routers put the failing provider's own body, often as JSON text, into `metadata.raw`. */
const hiddenCause = (fields: JsonObject): string | undefined => {
  const metadata = fields['metadata'];
  if (!isObject(metadata)) return undefined;
  const raw = typeof metadata['raw'] === 'string' ? (parseJson(metadata['raw']) ?? metadata['raw']) : metadata['raw'];
  return messageOf(findFailure(raw) ?? raw);
};

const beginningOf = (value: unknown): string | undefined => textOf(value)?.slice(0, MAX_CLASSIFIED_CHARS);

const failedGenerationOf = (fields: JsonObject, confidential: Confidential): string | undefined => {
  const text = textOf(fields['failed_generation']);
  return text === undefined ? undefined : mask(text.slice(0, MAX_FAILED_GENERATION_CHARS), confidential);
};

const shortOf = (value: unknown, confidential: Confidential): string | undefined =>
  typeof value === 'number' ? String(value) : textOf(value) === undefined ? undefined : redact(String(value), confidential);

const joined = (before: string | undefined, after: string): string =>
  before === undefined ? after : `${before}: ${after}`;

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

const defined = <T extends object>(fields: T): Defined<T> =>
  // Entries whose value is undefined are left out, which is all the type says.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;

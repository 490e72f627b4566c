import type { Allowance, RateLimit } from './RateLimit.ts';

type Headers = Readonly<Record<string, string>>;

/** How a vendor spells one of its headers. */
type Spelling = (field: 'limit' | 'remaining' | 'reset') => string;

/** The shortest window first: it is the one that a client runs into. corpus/cerebras, corpus/mistral, corpus/groq */
const REQUESTS: readonly Spelling[] = [
  (field) => `x-ratelimit-${field}-requests`,
  (field) => `x-ratelimit-${field}-requests-minute`,
  (field) => `x-ratelimit-${field}-req-minute`,
  (field) => `x-ratelimit-${field}-minute`,
  (field) => `x-ratelimit-${field}-requests-hour`,
  (field) => `x-ratelimit-${field}-requests-day`,
  (field) => `anthropic-ratelimit-requests-${field}`,
  (field) => `x-ratelimit-${field}`,
  (field) => `ratelimit-${field}`,
];

const TOKENS: readonly Spelling[] = [
  (field) => `x-ratelimit-${field}-tokens`,
  (field) => `x-ratelimit-${field}-tokens-minute`,
  (field) => `x-ratelimit-${field}-tokens-hour`,
  (field) => `x-ratelimit-${field}-tokens-day`,
  (field) => `anthropic-ratelimit-tokens-${field}`,
];

/** What a response says of the endpoint's limits; `undefined` when it says nothing that can be read. */
export const readRateLimit = (headers: Headers, now: number = Date.now()): RateLimit | undefined => {
  if (!saySomething(headers)) return undefined;
  const requests = allowanceIn(headers, REQUESTS, now);
  const tokens = allowanceIn(headers, TOKENS, now);
  if (requests === undefined && tokens === undefined) return undefined;
  return { ...(requests !== undefined && { requests }), ...(tokens !== undefined && { tokens }) };
};

/** Most endpoints say nothing, which is told sooner than which spelling they use. */
const saySomething = (headers: Headers): boolean => {
  for (const name in headers) if (name.includes('ratelimit-') && name.includes('remaining')) return true;
  return false;
};

const allowanceIn = (headers: Headers, spellings: readonly Spelling[], now: number): Allowance | undefined => {
  for (const nameOf of spellings) {
    const remaining = amountIn(headers[nameOf('remaining')]);
    if (remaining === undefined) continue;
    const limit = amountIn(headers[nameOf('limit')]);
    const reset = headers[nameOf('reset')] ?? '';
    const resetMs = durationIn(reset, headers['date'], now);
    return {
      ...(limit !== undefined && { limit }),
      remaining,
      ...(resetMs !== undefined && { resetMs }),
      // Who writes `6m0s` fills a bucket: 499 of 500 a minute are whole again in 120ms. corpus/openai, corpus/groq
      ...(PARTS.test(reset) && { gradual: true }),
    };
  }
  return undefined;
};

const amountIn = (value: string | undefined): number | undefined => {
  if (value === undefined || value.trim() === '') return undefined;
  const amount = Number(value);
  return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
};

/** Milliseconds until a reset: `6m0s`, `20ms`, seconds, seconds or milliseconds since 1970, or a date. A past one is 0. */
const durationIn = (value: string, date: string | undefined, now: number): number | undefined => {
  const number = amountIn(value);
  if (number !== undefined && number < FIRST_EPOCH_SECOND) return Math.ceil(number * 1000);
  if (number === undefined && PARTS.test(value)) return partsOf(value);
  const at = number === undefined ? dateOf(value) : number < FIRST_EPOCH_MILLISECOND ? number * 1000 : number;
  if (at === undefined) return undefined;
  // Against the clock of the endpoint, where it shows it: ours may be wrong.
  const sent = Date.parse(date ?? '');
  return Math.ceil(Math.max(0, at - (Number.isNaN(sent) ? now : sent)));
};

/** A number of seconds above it (three years) is a point in time; one above the next is so in milliseconds. */
const FIRST_EPOCH_SECOND = 1e8;
const FIRST_EPOCH_MILLISECOND = 1e11;

const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const PARTS = /^\s*(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+\s*$/;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const partsOf = (value: string): number | undefined => {
  let ms = 0;
  for (const [, amount = '', unit = ''] of value.matchAll(PART)) ms += Number(amount) * (UNITS_MS[unit] ?? 0);
  return Number.isFinite(ms) ? Math.ceil(ms) : undefined;
};

const dateOf = (value: string): number | undefined => {
  // Nearly anything with a number in it parses as a date in some year; one that says a time of day is meant as one.
  const at = /\d\d:\d\d/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? undefined : at;
};

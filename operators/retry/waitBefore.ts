import type { CompletionError } from '../../src/errors/CompletionError.ts';
import { MAX_TIMER_MS } from '../recovery/MAX_TIMER_MS.ts';
import type { RetryCallConfig } from './RetryCallConfig.ts';

/** How many times the wait doubles at most: later doublings exceed every cap, and would end in infinity. */
const MAX_DOUBLINGS = 31;

/**
 * How long to wait after the `failures`-th failure, in milliseconds; `undefined` when the endpoint asks for more than is
 * allowed. To ask sooner than told would only be refused again, and to wait longer than allowed keeps someone waiting.
 */
export const waitBefore = (failures: number, { retryAfterMs }: CompletionError, config: RetryCallConfig): number | undefined => {
  const { baseDelayMs = 500, maxDelayMs = 30_000, honourRetryAfter = true, maxRetryAfterMs = 60_000, random = Math.random } = config;
  if (!honourRetryAfter || retryAfterMs === undefined) {
    const longest = Math.min(baseDelayMs * 2 ** Math.min(failures - 1, MAX_DOUBLINGS), maxDelayMs, MAX_TIMER_MS);
    return Math.ceil(random() * longest);
  }
  if (retryAfterMs > Math.min(maxRetryAfterMs, MAX_TIMER_MS)) return undefined;
  return Math.min(Math.ceil(retryAfterMs + (random() * retryAfterMs) / 10), MAX_TIMER_MS);
};

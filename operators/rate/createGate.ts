import type { StartEvent } from '../../src/events/StreamEvent.ts';
import { MINUTE_MS } from './createWindow.ts';

type RateLimit = NonNullable<StartEvent['rateLimit']>;

/** What an endpoint has said that it still allows. */
export interface Gate {
  /** Whether the endpoint says anything of it. */
  readonly informed: boolean;
  /** The endpoint's latest word; `underway` is what was let through and it may not have counted yet. */
  tell(allowance: RateLimit[keyof RateLimit], underway: number): void;
  /** So much is let through. */
  take(amount: number): void;
  /** How long until so much may be let through, in milliseconds. */
  waitFor(amount: number): number;
}

/** Open until the endpoint says what is left; then that much passes, and more as it comes back. */
export const createGate = (now: () => number): Gate => {
  let informed = false;
  let left = Infinity;
  let limit: number | undefined;
  let resetAt = Infinity;
  /** How much comes back in a millisecond, where it comes bit by bit. */
  let perMs = 0;
  let countedAt = 0;

  const renew = (): void => {
    const at = now();
    if (perMs > 0) {
      left = Math.min(limit ?? Infinity, left + perMs * (at - countedAt));
      countedAt = at;
    } else if (at >= resetAt) {
      // What is left now, the endpoint will say with its next answer. Until then a whole limit, where it told one.
      left = limit ?? Infinity;
      resetAt = at + MINUTE_MS;
    }
  };

  return {
    get informed() {
      return informed;
    },
    tell: (allowance, underway) => {
      informed = allowance !== undefined;
      limit = allowance?.limit;
      left = allowance === undefined ? Infinity : allowance.remaining - underway;
      const { resetMs = MINUTE_MS, gradual = false, remaining = 0 } = allowance ?? {};
      countedAt = now();
      resetAt = countedAt + resetMs;
      perMs = gradual && resetMs > 0 ? Math.max(0, (limit ?? 0) - remaining) / resetMs : 0;
    },
    take: (amount) => {
      renew();
      // With no limit told, one call goes ahead to ask.
      left = left === Infinity && informed ? 0 : left - amount;
    },
    waitFor: (amount) => {
      renew();
      const missing = Math.min(amount, limit ?? amount) - left;
      if (!(missing > 0)) return 0;
      return perMs > 0 ? missing / perMs : resetAt - now();
    },
  };
};

import { createGate } from './createGate.ts';
import { createWindow } from './createWindow.ts';
import type { RateLimiterConfig } from './RateLimiterConfig.ts';
import type { Reservation } from './Reservation.ts';

/** All limits a call must fit into. */
export interface Limits {
  /** How many calls may begin in a minute now: what was configured, or less where the endpoint refused. */
  readonly requestsPerMinute: number;
  /** How many tokens a call is thought to use. */
  readonly typicalTokens: number;
  /** How long until so much fits, in milliseconds. */
  waitFor(tokens: number, requests: number): number;
  /** A call begins. */
  take(tokens: number): Reservation;
}

/** `changed` is called when more may fit than before. */
export const createLimits = (config: RateLimiterConfig, now: () => number, changed: () => void): Limits => {
  const { requestsPerMinute = Infinity, tokensPerMinute = Infinity, estimateTokens, learn = true } = config;
  const windows = { requests: createWindow(requestsPerMinute, now), tokens: createWindow(tokensPerMinute, now) };
  const gates = { requests: createGate(now), tokens: createGate(now) };
  /** What was let through and has not been answered yet. */
  const underway = { requests: 0, tokens: 0 };
  let typicalTokens = estimateTokens;
  let pausedUntil = -Infinity;
  let taken = 0;
  let slowedAt = 0;

  const slowDown = (): void => {
    const { requests } = windows;
    requests.limit = Math.max(1, Math.floor(Math.min(requests.limit, requests.used) / 2));
    slowedAt = taken;
  };

  return {
    get requestsPerMinute() {
      return windows.requests.limit;
    },
    get typicalTokens() {
      return typicalTokens ?? 1000;
    },
    waitFor: (tokens, requests) =>
      Math.max(
        pausedUntil - now(),
        windows.requests.waitFor(requests),
        windows.tokens.waitFor(tokens),
        gates.requests.waitFor(requests),
        gates.tokens.waitFor(tokens),
      ),
    take: (tokens) => {
      const number = (taken += 1);
      const entry = windows.tokens.add(tokens);
      windows.requests.add(1);
      gates.requests.take(1);
      gates.tokens.take(tokens);
      underway.requests += 1;
      underway.tokens += tokens;
      let counted = tokens;
      let isUnderway = true;
      let isStarted = false;

      const arrive = (): void => {
        if (!isUnderway) return;
        isUnderway = false;
        underway.requests -= 1;
        underway.tokens -= tokens;
      };

      return {
        started: (rateLimit) => {
          if (isStarted) windows.requests.add(1);
          isStarted = true;
          arrive();
          if (!learn) return;
          gates.requests.tell(rateLimit?.requests, underway.requests);
          gates.tokens.tell(rateLimit?.tokens, underway.tokens);
          changed();
        },
        used: (total) => {
          if (total > counted) windows.tokens.add(total - counted);
          else windows.tokens.reduce(entry, counted - total);
          counted = total;
          changed();
        },
        answered: () => {
          if (estimateTokens === undefined) typicalTokens = typicalTokens === undefined ? counted : typicalTokens + (counted - typicalTokens) / 8;
          if (windows.requests.limit >= requestsPerMinute) return;
          windows.requests.limit = Math.min(requestsPerMinute, windows.requests.limit + 1);
          changed();
        },
        refused: (retryAfterMs) => {
          if (!learn) return;
          if (retryAfterMs !== undefined) pausedUntil = Math.max(pausedUntil, now() + retryAfterMs);
          // Where the endpoint says neither when nor how much, the pace is felt for. Calls that began together are refused
          // together, which is one refusal.
          else if (!gates.requests.informed && !gates.tokens.informed && number > slowedAt) slowDown();
        },
        closed: arrive,
      };
    },
  };
};

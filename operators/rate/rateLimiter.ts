import { AsyncSubject, asyncScheduler, defer, filter, finalize, identity, map, takeUntil, timer } from 'rxjs';
import type { Observable, Subscription } from 'rxjs';
import { CompletionError } from '../../src/errors/CompletionError.ts';
import { clockOf } from '../recovery/clockOf.ts';
import { MAX_TIMER_MS } from '../recovery/MAX_TIMER_MS.ts';
import { createLimits } from './createLimits.ts';
import type { RateLimiterConfig } from './RateLimiterConfig.ts';
import type { Reservation } from './Reservation.ts';
import { expectConfig, type ConfigFields } from '../expectConfig.ts';

/** Limits that calls share. */
export interface RateLimiter {
  /** How many calls wait for their turn. */
  readonly waiting: number;
  /** How many calls may begin in a minute now: what was configured, or less where the endpoint refused. */
  readonly requestsPerMinute: number;
  /** Emits once, when it is the subscriber's turn. Unsubscribing before gives the place back. */
  reserve(tokens?: number): Observable<Reservation>;
}

interface Waiter {
  readonly tokens: number;
  readonly turn: AsyncSubject<Reservation>;
  isWaiting: boolean;
}

/**
 * Makes limits that calls share: give each call the same one by `limitRate`. Calls get their turn in the order they asked.
 * Share one per endpoint and key, since that is what endpoints count by.
 *
 * @example
 * import { limitRate, rateLimiter } from 'rx-completions/operators';
 * import { of } from 'rxjs';
 *
 * const limiter = rateLimiter({ requestsPerMinute: 1, maxWaitMs: 100 });
 * const call = of({ type: 'done', reason: 'stop', attempts: 1 } as const).pipe(limitRate(limiter));
 * call.subscribe(({ type }) => console.log(type)); // done
 * call.subscribe({ error: ({ code }) => console.log(code) }); // rate_limit
 *
 * @throws `CompletionError` with code `config`, when called with an option that is not known.
 * @see limitRate
 */
export const rateLimiter = (config: RateLimiterConfig = {}): RateLimiter => {
  expectConfig('rateLimiter', config, FIELDS);
  const { maxWaitMs = Infinity, scheduler } = config;
  const queue: Waiter[] = [];
  let tokensWaiting = 0;
  let wakeUp: Subscription | undefined;
  let isCalling = false;

  /** Calls up whoever has a turn, in order. */
  const callUp = (): void => {
    // Whoever has a turn may at once ask for another or end: the loop sees it.
    if (isCalling) return;
    isCalling = true;
    wakeUp?.unsubscribe();
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      const wait = limits.waitFor(first.tokens, 1);
      if (wait > 0) {
        wakeUp = (scheduler ?? asyncScheduler).schedule(callUp, Math.min(Math.ceil(wait), MAX_TIMER_MS));
        break;
      }
      dequeue(first);
      first.turn.next(limits.take(first.tokens));
      first.turn.complete();
    }
    isCalling = false;
  };
  const limits = createLimits(config, clockOf(scheduler), callUp);

  const enqueue = (waiter: Waiter): void => {
    tokensWaiting += waiter.tokens;
    // Behind others there is nothing to be had before they have gone.
    if (queue.push(waiter) === 1) callUp();
  };
  const dequeue = (waiter: Waiter): void => {
    waiter.isWaiting = false;
    tokensWaiting -= waiter.tokens;
    queue.splice(queue.indexOf(waiter), 1);
  };
  const leave = (waiter: Waiter): void => {
    if (!waiter.isWaiting) return;
    const isFirst = queue[0] === waiter;
    dequeue(waiter);
    if (isFirst) callUp();
  };

  /** Fails whoever still waits after the longest wait allowed. */
  const expiryOf = (waiter: Waiter): Observable<never> =>
    timer(Math.min(maxWaitMs, MAX_TIMER_MS), scheduler ?? asyncScheduler).pipe(
      filter(() => {
        // The turn may be due at this very moment.
        callUp();
        return waiter.isWaiting;
      }),
      map(() => {
        throw tooLong(limits.waitFor(waiter.tokens, 1), maxWaitMs);
      }),
    );

  return {
    get waiting() {
      return queue.length;
    },
    get requestsPerMinute() {
      return limits.requestsPerMinute;
    },
    reserve: (tokens = limits.typicalTokens) =>
      defer(() => {
        const isBounded = Number.isFinite(maxWaitMs);
        const wait = isBounded ? limits.waitFor(tokensWaiting + tokens, queue.length + 1) : 0;
        if (wait > maxWaitMs) throw tooLong(wait, maxWaitMs);
        const waiter: Waiter = { tokens, turn: new AsyncSubject(), isWaiting: true };
        enqueue(waiter);
        return waiter.turn.pipe(
          isBounded ? takeUntil(expiryOf(waiter)) : identity,
          finalize(() => leave(waiter)),
        );
      }),
  };
};

/** Not retryable: to come back later is what the caller did not want. Another endpoint may be asked. */
const tooLong = (wait: number, maxWaitMs: number): CompletionError =>
  new CompletionError('rate_limit', {
    message: `the rate limiter would let the call wait longer than maxWaitMs allows (${maxWaitMs})`,
    phase: 'config',
    retryable: false,
    retryAfterMs: Math.ceil(wait),
  });

const FIELDS: ConfigFields<RateLimiterConfig> = {
  requestsPerMinute: true,
  tokensPerMinute: true,
  estimateTokens: true,
  learn: true,
  maxWaitMs: true,
  scheduler: true,
};

import type { SchedulerLike } from 'rxjs';
import { clockOf } from '../recovery/clockOf.ts';
import { expectConfig, type ConfigFields } from '../expectConfig.ts';

/** Config of `retryBudget`. */
export interface RetryBudgetConfig {
  /**
   * Retries allowed per call made: with 0.1, a tenth more load at most, however much fails.
   *
   * @defaultValue 0.1
   */
  readonly ratio?: number;
  /**
   * Retries allowed per second beside that, so that few calls can be retried too.
   *
   * @defaultValue 1
   */
  readonly minPerSecond?: number;
  /**
   * The most retries saved up; a new budget has them all.
   *
   * @defaultValue 10
   */
  readonly maxTokens?: number;
  /**
   * The clock of `minPerSecond`.
   *
   * @defaultValue a steady clock that setting the time of day does not move
   */
  readonly scheduler?: SchedulerLike;
}

/** Retries that calls share: each call adds a part of one, each retry takes a whole one. */
export interface RetryBudget {
  /** How many retries are left. */
  readonly tokens: number;
  /** A call is made. */
  deposit(): void;
  /** Takes a retry, if there is one. */
  withdraw(): boolean;
}

/**
 * Bounds the retries of many calls together. Where everything fails, retries of each call on its own would multiply the load
 * that made it fail; a budget adds at most `ratio` to it. Share one per endpoint.
 *
 * @example
 * import { CompletionError } from 'rx-completions';
 * import { retryBudget, retryCall } from 'rx-completions/operators';
 * import { throwError } from 'rxjs';
 *
 * const budget = retryBudget({ maxTokens: 2, minPerSecond: 0 });
 * throwError(() => new CompletionError('connect'))
 *   .pipe(retryCall({ maxAttempts: 9, baseDelayMs: 1, budget }))
 *   .subscribe({ next: ({ attempt }) => console.log(attempt), error: () => console.log('spent') }); // 2, 3, spent
 *
 * @throws `CompletionError` with code `config`, when called with an option that is not known.
 * @see retryCall
 */
export const retryBudget = (config: RetryBudgetConfig = {}): RetryBudget => {
  expectConfig('retryBudget', config, FIELDS);
  const { ratio = 0.1, minPerSecond = 1, maxTokens = 10, scheduler } = config;
  const now = clockOf(scheduler);
  let tokens = maxTokens;
  let countedAt = now();

  const add = (more: number): void => {
    tokens = Math.min(maxTokens, tokens + more);
  };
  const refill = (): void => {
    const at = now();
    add(((at - countedAt) / 1000) * minPerSecond);
    countedAt = at;
  };

  return {
    get tokens() {
      refill();
      return tokens;
    },
    deposit: () => add(ratio),
    withdraw: () => {
      refill();
      // Ten deposits of a tenth make one retry, though ten times 0.1 is a little less than 1.
      if (tokens < 1 - 1e-9) return false;
      tokens -= 1;
      return true;
    },
  };
};

const FIELDS: ConfigFields<RetryBudgetConfig> = { ratio: true, minPerSecond: true, maxTokens: true, scheduler: true };

import type { SchedulerLike } from 'rxjs';
import type { CompletionError } from '../../src/errors/CompletionError.ts';
import type { CommitOn } from '../recovery/commits.ts';
import type { RetryBudget } from './retryBudget.ts';

/** Where a call stands when an attempt has failed. */
export interface RetryContext {
  /** The number of the attempt that would begin now. */
  readonly attempt: number;
  /** All failures so far, in order; the last one is the failure at hand. */
  readonly errors: readonly CompletionError[];
}

/** Config of `retryCall`. */
export interface RetryCallConfig {
  /**
   * How often the source is asked, the first time included.
   *
   * @defaultValue 3
   */
  readonly maxAttempts?: number;
  /**
   * The longest wait after the first failure, in milliseconds; it doubles with each further one. The wait itself is drawn
   * between 0 and that (full jitter), so that calls which failed together do not come back together.
   *
   * @defaultValue 500
   */
  readonly baseDelayMs?: number;
  /**
   * What the doubling ends at, in milliseconds.
   *
   * @defaultValue 30,000
   */
  readonly maxDelayMs?: number;
  /**
   * What becomes of a failure after the commit: `fail` passes it on with `committed: true`; `restart` asks again, and the
   * next `start` voids what came before.
   *
   * @defaultValue 'fail'
   */
  readonly onFailure?: 'fail' | 'restart';
  /**
   * Whether the source is asked again after a failure. One that is no `CompletionError` always passes on.
   *
   * @defaultValue where the error is `retryable`
   */
  readonly shouldRetry?: (failure: CompletionError, context: RetryContext) => boolean;
  /**
   * Whether the endpoint's own word (`retryAfterMs`) replaces the drawn wait: at least that long and at most a tenth longer.
   *
   * @defaultValue true
   */
  readonly honourRetryAfter?: boolean;
  /**
   * The longest wait an endpoint may ask for, in milliseconds. Above it nothing is waited for: the failure passes on at once,
   * for a surrounding `fallbackEndpoints` or the caller to act on.
   *
   * @defaultValue 60,000
   */
  readonly maxRetryAfterMs?: number;
  /**
   * How long all attempts and waits may take together, in milliseconds from subscription. What runs then fails with
   * `timeout` (`which: 'total'`), and a wait that would end later is not begun: the failure passes on at once.
   *
   * @defaultValue no limit but those of the call
   */
  readonly totalMs?: number;
  /**
   * Bounds the retries of all calls that share it; without a token the failure passes on.
   *
   * @defaultValue none
   */
  readonly budget?: RetryBudget;
  /**
   * What commits an attempt; until then its events are held, and a retry goes unseen. As in `fallbackEndpoints`.
   *
   * @defaultValue 'content'
   */
  readonly commitOn?: CommitOn;
  /**
   * The most events held before a commit; an attempt with more counts as failed with `limit`.
   *
   * @defaultValue 65,536
   */
  readonly maxHeldEvents?: number;
  /**
   * The clock of waits and of `totalMs`.
   *
   * @defaultValue asyncScheduler, and a steady clock that setting the time of day does not move
   */
  readonly scheduler?: SchedulerLike;
  /**
   * Draws a number from 0 up to 1, for the jitter.
   *
   * @defaultValue Math.random
   */
  readonly random?: () => number;
}

import type { SchedulerLike } from 'rxjs';
import type { CompletionError } from '../../src/errors/CompletionError.ts';
import type { FallbackContext } from '../fallback/FallbackContext.ts';
import type { CommitOn } from '../recovery/commits.ts';
import type { RetryBudget } from '../retry/retryBudget.ts';
import type { LatencyHistory } from './latencyHistory.ts';

/** Config of `hedgeCall`. */
export interface HedgeCallConfig {
  /**
   * How long an attempt may be without content, in milliseconds, before the next member is asked beside it.
   *
   * @defaultValue 2000
   */
  readonly afterMs?: number;
  /**
   * What earlier calls took to their first content. Once it knows enough, its percentile stands in for `afterMs`. The
   * source's times are added to it: also how long it had been silent when another one won, which is less than it would have
   * taken, so that a slow endpoint does not come to look fast.
   *
   * @defaultValue none: `afterMs` always holds
   */
  readonly latencies?: LatencyHistory;
  /**
   * Of 100 calls, how many begin in time: the rest is hedged. Read with `latencies`.
   *
   * @defaultValue 95
   */
  readonly afterPercentile?: number;
  /**
   * The least wait that is learned, in milliseconds. Read with `latencies`.
   *
   * @defaultValue 100
   */
  readonly minAfterMs?: number;
  /**
   * Bounds the extra calls of all calls that share it; one that it refuses waits on without a hedge. A member that stands in
   * for one that has failed costs nothing of it.
   *
   * @defaultValue no bound
   */
  readonly budget?: RetryBudget;
  /**
   * What wins the race. Until then the events of each attempt are held: `content` is any piece of the answer, `text` the first
   * piece of text, `start` the endpoint's consent; a function is asked of each event. An answer that ends well wins in any case.
   *
   * @defaultValue 'content'
   */
  readonly commitOn?: CommitOn;
  /**
   * Whether the race goes on after a failure. One that is no `CompletionError` always passes on.
   *
   * @defaultValue as in `fallbackEndpoints`
   */
  readonly shouldFallback?: (failure: CompletionError, context: FallbackContext) => boolean;
  /**
   * The most events held per attempt; one with more counts as failed with `limit`.
   *
   * @defaultValue 65,536
   */
  readonly maxHeldEvents?: number;
  /**
   * The clock of the wait and of `latencies`.
   *
   * @defaultValue asyncScheduler, and a steady clock that setting the time of day does not move
   */
  readonly scheduler?: SchedulerLike;
}

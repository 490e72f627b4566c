import type { SchedulerLike } from 'rxjs';

/** Config of `rateLimiter`. */
export interface RateLimiterConfig {
  /**
   * How many calls may begin in any minute.
   *
   * @defaultValue no limit but what is learned
   */
  readonly requestsPerMinute?: number;
  /**
   * How many tokens, of prompts and answers together, the calls of any minute may use.
   *
   * @defaultValue no limit but what is learned
   */
  readonly tokensPerMinute?: number;
  /**
   * How many tokens to reserve for a call that does not say: what it really used replaces it.
   *
   * @defaultValue what calls have used of late, and 1000 for the first
   */
  readonly estimateTokens?: number;
  /**
   * Whether to learn from the endpoint: from what its headers say is left (`start.rateLimit`), from the wait it asks for when
   * it refuses, and, where it says neither, by halving the pace at a refusal and raising it with each answer.
   *
   * @defaultValue true
   */
  readonly learn?: boolean;
  /**
   * The longest a call may wait for its turn, in milliseconds. One that would wait longer fails, at once where that can be
   * foreseen.
   *
   * @defaultValue no limit
   */
  readonly maxWaitMs?: number;
  /**
   * The clock of the limits and the waits.
   *
   * @defaultValue asyncScheduler, and a steady clock that setting the time of day does not move
   */
  readonly scheduler?: SchedulerLike;
}

import { CompletionError } from '../../src/errors/CompletionError.ts';
import { errorSummary } from '../../src/events/errorSummary.ts';
import type { RetryEvent } from '../../src/events/NoticeEvent.ts';
import type { Attempt } from '../recovery/Attempt.ts';
import { clockOf } from '../recovery/clockOf.ts';
import { createAttemptLog } from '../recovery/createAttemptLog.ts';
import type { RetryCallConfig } from './RetryCallConfig.ts';
import { waitBefore } from './waitBefore.ts';

/** What one subscription's call has been through. */
export interface Retries {
  /** Whether an attempt has answered, so that no other one is made. */
  whole: boolean;
  /** How long to wait before the next attempt, in milliseconds. */
  delayMs(): number;
  begin(): Attempt;
  /** Takes note of a failure. Returns the notice that the source is asked again, or throws what the call fails with. */
  fail(error: unknown, attempt: Attempt): RetryEvent;
  /** What the call fails with when its time is up. */
  expire(): CompletionError;
}

export const createRetries = (config: RetryCallConfig): Retries => {
  const { maxAttempts = 3, onFailure = 'fail', shouldRetry = ({ retryable }: CompletionError) => retryable } = config;
  const { totalMs = Infinity, budget, scheduler } = config;
  const log = createAttemptLog();
  const now = clockOf(scheduler);
  const endsAt = now() + totalMs;
  let current = log.begin();
  let failure: CompletionError | undefined;
  let failures = 0;
  let delayMs = 0;

  /** How long to wait before the source is asked again; `undefined` when it is not. */
  const allowed = (failed: CompletionError, committed: boolean): number | undefined => {
    // So that NaN ends the attempts instead of allowing them without end.
    if (!(failures < maxAttempts) || (committed && onFailure === 'fail')) return undefined;
    if (!shouldRetry(failed, { attempt: log.attempts() + 1, errors: log.errors })) return undefined;
    const wait = waitBefore(failures, failed, config);
    if (wait === undefined || wait >= endsAt - now()) return undefined;
    // Asked last: what is not asked again for another reason costs nothing.
    return budget?.withdraw() === false ? undefined : wait;
  };

  return {
    whole: false,
    delayMs: () => delayMs,
    begin: () => (current = log.begin()),
    fail: (error, attempt) => {
      failure = log.fail(error, attempt);
      failures += 1;
      const wait = allowed(failure, attempt.committed);
      if (wait === undefined) throw failure;
      delayMs = wait;
      const from = failure.endpoint ?? attempt.endpoint;
      return {
        type: 'retry',
        // A source of several attempts is a chain, which may begin elsewhere than where it failed.
        ...(from !== undefined && (attempt.made === 1 ? { from, to: from } : { from })),
        attempt: log.attempts() + 1,
        delayMs,
        error: errorSummary(failure),
        discarded: attempt.delivered,
      };
    },
    expire: () => {
      const endpoint = current.endpoint ?? failure?.endpoint;
      return new CompletionError('timeout', {
        which: 'total',
        phase: current.endpoint === undefined ? 'connect' : 'body',
        committed: current.delivered || failure?.committed === true,
        ...(endpoint !== undefined && { endpoint }),
        ...(failure !== undefined && { cause: failure }),
      });
    },
  };
};

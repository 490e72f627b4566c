import { CompletionError } from '../../src/errors/CompletionError.ts';
import { errorSummary } from '../../src/events/errorSummary.ts';
import type { FallbackEvent } from '../../src/events/NoticeEvent.ts';
import type { Attempt } from '../recovery/Attempt.ts';
import { createAttemptLog } from '../recovery/createAttemptLog.ts';

/** Where a chain stands when an attempt has failed. */
export interface FallbackContext {
  /** The number of the attempt that would begin now. */
  readonly attempt: number;
  /** All failures so far, in order; the last one is the failure at hand. */
  readonly errors: readonly CompletionError[];
}

export interface ChainOptions {
  /** How many members it has, the first one included. */
  readonly members: number;
  readonly onFailure: 'fail' | 'restart';
  readonly shouldFallback: (failure: CompletionError, context: FallbackContext) => boolean;
}

/** What one subscription's chain has been through. */
export interface Chain {
  /** Whether a member has answered, so that no other one is asked. */
  whole: boolean;
  /** The failure that the next member stands in for. */
  readonly failure: CompletionError | undefined;
  readonly context: FallbackContext;
  begin(): Attempt;
  /** Takes note of a failure. Returns the notice that the next member is asked, or throws what the chain fails with. */
  fail(error: unknown, attempt: Attempt): FallbackEvent;
}

export const createChain = ({ members, onFailure, shouldFallback }: ChainOptions): Chain => {
  const log = createAttemptLog();
  let failure: CompletionError | undefined;
  let failed = 0;

  const context = (): FallbackContext => ({ attempt: log.attempts + 1, errors: log.errors });

  return {
    whole: false,
    get failure() {
      return failure;
    },
    get context() {
      return context();
    },
    begin: () => log.begin(),
    fail: (error, attempt) => {
      failure = log.fail(error, attempt);
      failed += 1;
      if (attempt.committed && onFailure === 'fail') throw failure;
      if (!shouldFallback(failure, context())) throw failure;
      if (failed === members) throw members === 1 ? failure : exhausted(log.errors, failure);
      const from = failure.endpoint ?? attempt.endpoint;
      return {
        type: 'fallback',
        ...(from !== undefined && { from }),
        attempt: log.attempts + 1,
        error: errorSummary(failure),
        discarded: attempt.delivered,
      };
    },
  };
};

const exhausted = (errors: readonly CompletionError[], last: CompletionError): CompletionError => {
  const endpoint = errors[0]?.endpoint;
  return new CompletionError('endpoints_exhausted', {
    errors,
    phase: last.phase,
    retryable: last.retryable,
    committed: last.committed,
    cause: last,
    ...(last.retryAfterMs !== undefined && { retryAfterMs: last.retryAfterMs }),
    ...(endpoint !== undefined && { endpoint }),
  });
};

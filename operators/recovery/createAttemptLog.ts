import { CompletionError } from '../../src/errors/CompletionError.ts';
import type { Attempt } from './Attempt.ts';

/** What one subscription's attempts have come to so far. */
export interface AttemptLog {
  /** How many attempts have failed, those made within a member included: the next one counts on from here. */
  attempts(): number;
  /** Every failure, in order. */
  readonly errors: readonly CompletionError[];
  begin(): Attempt;
  /** Takes note of a failure. Returns it with `committed` as the consumer knows it; throws what is no `CompletionError`. */
  fail(error: unknown, attempt: Attempt): CompletionError;
}

export const createAttemptLog = (): AttemptLog => {
  const errors: CompletionError[] = [];
  let attempts = 0;
  let delivered = false;

  return {
    attempts: () => attempts,
    errors,
    begin: () => ({ before: attempts, made: 1, endpoint: undefined, committed: false, delivered: false }),
    fail: (error, attempt) => {
      // Anything else is a bug in somebody's code, which no other attempt mends.
      if (!(error instanceof CompletionError)) throw error;
      delivered ||= attempt.delivered;
      const failure = error.committed === delivered ? error : error.with({ committed: delivered });
      errors.push(...(failure.errors ?? [failure]));
      attempts += Math.max(attempt.made, failure.errors?.length ?? 1);
      return failure;
    },
  };
};

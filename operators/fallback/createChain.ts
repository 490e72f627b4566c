import type { CompletionError } from '../../src/errors/CompletionError.ts';
import { errorSummary } from '../../src/events/errorSummary.ts';
import type { FallbackEvent } from '../../src/events/NoticeEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';
import type { Attempt } from '../recovery/Attempt.ts';
import { createAttemptLog } from '../recovery/createAttemptLog.ts';
import { exhausted } from '../recovery/exhausted.ts';
import { createPartialKeeper } from './createPartialKeeper.ts';
import type { FallbackContext } from './FallbackContext.ts';
import type { PartialAnswer } from './PartialAnswer.ts';

export interface ChainOptions {
  /** Calls and functions, the first one included. */
  readonly members: readonly unknown[];
  readonly onFailure: 'fail' | 'restart' | 'continue';
  readonly whenRefused: 'fail' | 'restart';
  readonly shouldFallback: (failure: CompletionError, context: FallbackContext) => boolean;
}

/** What one subscription's chain has been through. */
export interface Chain {
  /** Whether a member has answered, so that no other one is asked. */
  whole: boolean;
  /** Whether the member that failed last is to be asked again, for the whole answer. */
  asksAgain(): boolean;
  /** The failure that the next member stands in for. */
  failure(): CompletionError | undefined;
  context(): FallbackContext;
  /** What the next member goes on from; `undefined` when it gives the whole answer. */
  partial(): PartialAnswer | undefined;
  begin(): Attempt;
  /** To be told each event that is passed on; absent where nothing is ever continued. */
  readonly note: ((event: AnyEvent) => void) | undefined;
  /** Takes note that the member at hand is about to fail because it did not go on from the partial answer. */
  refuseJoin(): void;
  /** Takes note of a failure. Returns the notice that the next member is asked, or throws what the chain fails with. */
  fail(error: unknown, attempt: Attempt): FallbackEvent;
}

export const createChain = ({ members, onFailure, whenRefused, shouldFallback }: ChainOptions): Chain => {
  const log = createAttemptLog();
  const keeper = onFailure === 'continue' ? createPartialKeeper() : undefined;
  let failure: CompletionError | undefined;
  let failed = 0;
  let asksAgain = false;
  /** Whether content is out that no notice has called discarded. */
  let standing = false;

  const partial = (): PartialAnswer | undefined => {
    const next = members[failed];
    // A function that takes no context cannot know what to go on from.
    return typeof next === 'function' && next.length > 1 ? keeper?.partial() : undefined;
  };

  const context = (): FallbackContext => {
    const goesOnFrom = partial();
    return { attempt: log.attempts() + 1, errors: log.errors, ...(goesOnFrom !== undefined && { partial: goesOnFrom }) };
  };

  const isDiscarded = (): boolean => {
    if (!standing || partial() !== undefined) return false;
    standing = false;
    keeper?.discard();
    return true;
  };

  return {
    whole: false,
    asksAgain: () => asksAgain,
    failure: () => failure,
    context,
    partial,
    begin: () => {
      asksAgain = false;
      return log.begin();
    },
    note: keeper && ((event) => keeper.note(event)),
    refuseJoin: () => {
      asksAgain = true;
      keeper?.discard();
    },
    fail: (error, attempt) => {
      failure = log.fail(error, attempt);
      standing ||= attempt.delivered;
      if (!asksAgain) failed += 1;
      if (attempt.committed && onFailure === 'fail') throw failure;
      if (keeper?.refuses() === true && whenRefused === 'fail') throw failure;
      if (!shouldFallback(failure, context())) throw failure;
      if (failed === members.length) throw failed === 1 ? failure : exhausted(log.errors, failure);
      const from = failure.endpoint ?? attempt.endpoint;
      return {
        type: 'fallback',
        ...(from !== undefined && { from }),
        attempt: log.attempts() + 1,
        error: errorSummary(failure),
        discarded: isDiscarded(),
      };
    },
  };
};

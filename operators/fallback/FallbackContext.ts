import type { CompletionError } from '../../src/errors/CompletionError.ts';
import type { PartialAnswer } from './PartialAnswer.ts';

/** Where a chain stands when an attempt has failed. */
export interface FallbackContext {
  /** The number of the attempt that would begin now. */
  readonly attempt: number;
  /** All failures so far, in order; the last one is the failure at hand. */
  readonly errors: readonly CompletionError[];
  /**
   * With `onFailure: 'continue'`: what is to be gone on from. Absent when the whole answer is asked for, because nothing has
   * been delivered, or nothing that can be continued.
   */
  readonly partial?: PartialAnswer;
}

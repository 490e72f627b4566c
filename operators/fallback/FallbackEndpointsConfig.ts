import type { ObservableInput, SchedulerLike } from 'rxjs';
import type { CompletionError } from '../../src/errors/CompletionError.ts';
import type { CommitOn } from '../recovery/commits.ts';
import type { FallbackContext } from './FallbackContext.ts';
import type { Seam } from './followsOn.ts';

/** What is asked instead: a call, or any other source of events, or a function that makes one out of the failure. */
export type Alternate<E> =
  | ObservableInput<E>
  | ((failure: CompletionError, context: FallbackContext) => ObservableInput<E>);

/** Config of `fallbackEndpoints`. */
export interface FallbackEndpointsConfig {
  /**
   * What commits an attempt. Until then its events are held, and another endpoint can take over unseen: `content` is any
   * piece of the answer, `text` the first piece of text (so that reasoning is held), `start` the endpoint's consent; a
   * function is asked of each event that is held. An answer that ends well commits in any case.
   *
   * @defaultValue 'content'
   */
  readonly commitOn?: CommitOn;
  /**
   * What becomes of a failure after the commit: `fail` passes it on with `committed: true`; `restart` asks the next
   * endpoint, whose `start` voids what came before; `continue` has an alternate that is a function of the failure and its
   * context go on from the partial answer.
   *
   * @defaultValue 'fail'
   */
  readonly onFailure?: 'fail' | 'restart' | 'continue';
  /**
   * With `continue`: what becomes of a failure after content that nobody can go on from. That is a tool call, a refusal, a
   * picture or sound; a second choice; a text that begins with `{`, `[` or a code fence; an answer that has finished.
   *
   * @defaultValue 'fail'
   */
  readonly whenRefused?: 'fail' | 'restart';
  /**
   * With `continue`: the fewest characters at the end of the partial answer that, repeated by the continuation, are no
   * coincidence and are trimmed. As many from its beginning, repeated, mean that the answer begins anew.
   *
   * @defaultValue 12
   */
  readonly minOverlap?: number;
  /**
   * With `continue`: whether a continuation is joined. One that is not counts as failed with `unexpected_content`, and its
   * alternate is asked again, without the partial answer. `({ overlap }) => overlap > 0` joins only what overlaps.
   *
   * @defaultValue what overlaps, and what does not begin with one of the English phrases that talk about going on
   */
  readonly joins?: (seam: Seam) => boolean;
  /**
   * Whether the next endpoint is asked after a failure. One that is no `CompletionError` always passes on.
   *
   * @defaultValue yes, except after `aborted`, `budget` and a `config` error of the first endpoint
   */
  readonly shouldFallback?: (failure: CompletionError, context: FallbackContext) => boolean;
  /**
   * How long an attempt may take to its first piece of content, in milliseconds from its subscription. One that takes
   * longer is unsubscribed and counts as failed with `timeout` (`which: 'content'`).
   *
   * @defaultValue no limit but those of the call
   */
  readonly firstContentWithin?: number;
  /**
   * The most events held before a commit; an attempt with more counts as failed with `limit`.
   *
   * @defaultValue 65,536
   */
  readonly maxHeldEvents?: number;
  /**
   * The clock of `firstContentWithin`.
   *
   * @defaultValue asyncScheduler
   */
  readonly scheduler?: SchedulerLike;
}

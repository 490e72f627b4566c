import type { Observable, ObservableInput } from 'rxjs';
import type { FallbackEvent } from '../src/events/NoticeEvent.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { askInTurn } from './fallback/askInTurn.ts';
import type { Alternate, FallbackEndpointsConfig } from './fallback/FallbackEndpointsConfig.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { COMMIT_ON } from './recovery/commits.ts';
import { expectMembers } from './recovery/expectMembers.ts';

/**
 * Asks the next endpoint when one fails. Until an attempt commits, its events are held; what a failed one had said is
 * dropped, so that there is one `start` and no text twice. Heartbeats and notices are never held.
 *
 *     source:     --s----#                s = start, t = text, F = fallback
 *     alternate:         --s--t----d|
 *     out:        -------F----(st)-d|
 *
 * Each switch is a `fallback` event, sent at once; the `start` that follows says where it went. Attempts are counted over
 * the whole chain, retries and chains within a member included: in `start.attempt`, in notices and in `done.attempts`.
 * Unsubscribing stops the attempt at hand. Each subscription begins with the source.
 *
 * | failure | the next endpoint is asked, by default |
 * |---|---|
 * | `connect` `tls` `timeout` `connection_lost` `truncated` `empty_response` `unexpected_content` `redirect` `bad_frame` | yes: this one does not deliver |
 * | `auth` `quota` `rate_limit` `http_status` `provider_error` | yes: this one refuses or fails |
 * | `context_length` `content_filter` `limit` `tool_input` `answer_schema` | yes: another model may fit |
 * | `endpoints_exhausted` | yes: a chain within this one is a member like others |
 * | `config` | of the first endpoint no: a mistake is to be seen when it is made; of an alternate yes: an outage is no time to find it |
 * | `aborted` `budget` | no: the caller wants no answer, or another one costs what is spent |
 *
 * With `onFailure: 'continue'`, an alternate that is a function of `(failure, context)` is given `context.partial`, once an
 * answer has been cut, and makes a call that goes on from there. No `start` comes for it: a `fallback` that says it discards
 * nothing, and then the rest. What the continuation repeats is trimmed; until that is decided it is held, at most for the
 * length of the partial answer. One that begins the answer anew keeps its `start`, one that talks about going on is asked
 * again for the whole answer. Calls, and functions that take no context, cannot know the partial answer: they restart.
 *
 *     cut:        -s-t---#                t = "Once upon", u = "upon a time", v = " a time"
 *     goes on:           --s--u--d|
 *     joined:     ---(st)F----v--d|
 *
 * Each attempt's usage is its own: what the cut attempt had reported stands before the `fallback`, and the continuation
 * reports the partial answer among its input.
 *
 * @example
 * import { CompletionError, type StreamEvent } from 'rx-completions';
 * import { accumulateText, fallbackEndpoints, type FallbackContext } from 'rx-completions/operators';
 * import { concat, of, throwError } from 'rxjs';
 *
 * const say = (delta: string) => of<StreamEvent[]>({ type: 'text_delta', choice: 0, delta });
 * const goOn = (_: Error, { partial }: FallbackContext) => say(partial ? 'upon a time there was' : 'Once upon a time');
 * concat(say('Once upon a time'), throwError(() => new CompletionError('connection_lost')))
 *   .pipe(fallbackEndpoints([goOn], { onFailure: 'continue', minOverlap: 8 }), accumulateText())
 *   .subscribe((text) => console.log(text)); // Once upon a time, Once upon a time there was
 *
 * @throws `CompletionError` with code `endpoints_exhausted`, as a notification, when the last of several endpoints fails;
 * `errors` holds each failure in order. A failure that no switch follows is passed on itself.
 * @see hedgeCall to ask the next endpoint before one fails, endpointHealth to leave out those that have failed of late
 */
export const fallbackEndpoints = <A extends AnyEvent = StreamEvent>(
  alternates: readonly Alternate<A>[],
  config: FallbackEndpointsConfig = {},
): EventOperator<A | FallbackEvent> => {
  expectMembers('fallbackEndpoints', alternates, true);
  expectConfig('fallbackEndpoints', config, FIELDS);
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E | A | FallbackEvent> =>
    askInTurn<E | A>([source, ...alternates], config);
};

const FIELDS: ConfigFields<FallbackEndpointsConfig> = {
  commitOn: COMMIT_ON,
  onFailure: ['fail', 'restart', 'continue'],
  whenRefused: ['fail', 'restart'],
  minOverlap: true,
  joins: true,
  shouldFallback: true,
  firstContentWithin: true,
  maxHeldEvents: true,
  scheduler: true,
};

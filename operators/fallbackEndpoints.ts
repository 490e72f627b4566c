import type { Observable, ObservableInput } from 'rxjs';
import type { FallbackEvent } from '../src/events/NoticeEvent.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { askInTurn } from './fallback/askInTurn.ts';
import type { Alternate, FallbackEndpointsConfig } from './fallback/FallbackEndpointsConfig.ts';

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
 * A switch follows every failure except these: `aborted`, since the caller wants no answer; `budget`, since another
 * endpoint costs too; `config` of the first endpoint, since that is a mistake to be seen when it is made. A mistake in the
 * config of an alternate would only be found in an outage, and then the next one is more use.
 *
 * @example
 * import { CompletionError } from 'rx-completions';
 * import { fallbackEndpoints } from 'rx-completions/operators';
 * import { of, throwError } from 'rxjs';
 *
 * const spare = of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const);
 * throwError(() => new CompletionError('rate_limit'))
 *   .pipe(fallbackEndpoints([spare], { firstContentWithin: 5000 }))
 *   .subscribe((event) => console.log(event)); // fallback, text_delta "Hi"
 *
 * @throws `CompletionError` with code `endpoints_exhausted`, as a notification, when the last of several endpoints fails;
 * `errors` holds each failure in order. A failure that no switch follows is passed on itself.
 */
export const fallbackEndpoints =
  <A extends AnyEvent = StreamEvent>(
    alternates: readonly Alternate<A>[],
    config: FallbackEndpointsConfig = {},
  ): EventOperator<A | FallbackEvent> =>
  <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E | A | FallbackEvent> =>
    askInTurn<E | A>([source, ...alternates], config);

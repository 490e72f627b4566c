import type { Observable, ObservableInput } from 'rxjs';
import type { FallbackEvent } from '../src/events/NoticeEvent.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import type { HedgeCallConfig } from './hedge/HedgeCallConfig.ts';
import { raceMembers } from './hedge/raceMembers.ts';
import type { WasteEvent } from './hedge/WasteEvent.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { COMMIT_ON } from './recovery/commits.ts';
import { expectMembers } from './recovery/expectMembers.ts';

/**
 * Asks the next endpoint beside one that is slow, and takes the answer of whichever says something first. The others are
 * unsubscribed at once, before any of the winner's events is passed on, so their sockets are closed and nothing of them
 * comes late. A cold call is its own spare: `call.pipe(hedgeCall([call]))`.
 *
 *     source:     -s--------t-d|          s = start, t = text; asked beside it after 5, and cut off at 8
 *     spare:           -s-t-----d|
 *     out:        --------(stW)-d|        W = waste
 *
 * Until an attempt commits its events are held, except heartbeats, and notices while it is alone. There is one `start`; its
 * `attempt` says which member answers, and `done.attempts` how many were made. Behind the first content stands a `waste` event
 * for each attempt that was cut off, and for each that failed after it had reported usage.
 *
 * An attempt that fails before another has committed leaves the race. Where none is left running, the next member is asked
 * at once, with a `fallback` event, as in `fallbackEndpoints`. After the commit a failure passes on with `committed: true`.
 *
 * @example
 * import { hedgeCall } from 'rx-completions/operators';
 * import { NEVER, of } from 'rxjs';
 *
 * const spare = of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const);
 * NEVER.pipe(hedgeCall([spare], { afterMs: 20 })).subscribe((event) => console.log(event)); // text_delta "Hi", waste
 *
 * @throws `CompletionError` with code `endpoints_exhausted`, as a notification, when each of several members has failed;
 * `errors` holds each failure in the order they were asked. A failure after which no other is asked is passed on itself.
 * @see hedgeBudget to bound the extra calls, latencyHistory to learn what is slow
 */
export const hedgeCall = <A extends AnyEvent = StreamEvent>(
  alternates: readonly ObservableInput<A>[],
  config: HedgeCallConfig = {},
): EventOperator<A | FallbackEvent | WasteEvent> => {
  expectMembers('hedgeCall', alternates, false);
  expectConfig('hedgeCall', config, FIELDS);
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E | A | FallbackEvent | WasteEvent> =>
    raceMembers<E | A>([source, ...alternates], config);
};

const FIELDS: ConfigFields<HedgeCallConfig> = {
  afterMs: true,
  latencies: true,
  afterPercentile: true,
  minAfterMs: true,
  budget: true,
  commitOn: COMMIT_ON,
  shouldFallback: true,
  maxHeldEvents: true,
  scheduler: true,
};

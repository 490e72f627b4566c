import { groupBy, type GroupedObservable, type Observable, type ObservableInput } from 'rxjs';
import { CompletionError } from '../src/errors/CompletionError.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import { createChoiceSplitter } from './choices/createChoiceSplitter.ts';
import { createHeldSubject } from './choices/createHeldSubject.ts';
import type { AnyEvent } from './EventOperator.ts';
import { expectConfig } from './expectConfig.ts';
import { lift } from './lift.ts';

/** Config of `byChoice`. */
export interface ByChoiceConfig {
  /**
   * The most events held for a choice that nobody has subscribed to yet; one more, and its stream fails with `limit`. The
   * other choices go on.
   *
   * @defaultValue 65_536
   */
  readonly maxHeldEvents?: number | undefined;
}

/**
 * Gives each choice of a call with `n > 1` a stream of its own, as rxjs's `groupBy` does: one Observable per choice, with the
 * choice in `key`, as soon as its first event comes.
 *
 *     in:     s-a-b-a-f-g-d|       a, f: content and finish of choice 0; b, g: of choice 1
 *     out:    --A-B--------|
 *       A:      (sa)-a-f---d|      key 0
 *       B:        (sb)---g-d|      key 1
 *
 * A choice's stream is what a call for it alone would be, so every operator fits: its events say `choice: 0`, and `done` has
 * its reason. Events of no choice (`start`, `response`, `usage_report`, warnings …) go to each, also to one that comes up
 * late: those since the last `start`, of a flood the latest 256. Usage is the whole answer's in each of them, so it is not to
 * be added up. A new attempt goes on in the same streams, with its `start`; a choice that it does not give ends `unknown`.
 *
 * What a choice says is held until somebody subscribes to it, once; from then on it is told to whoever listens, as by a
 * `Subject`. Unsubscribing from one choice leaves the others; the call ends when the choices and the stream of choices have
 * all been unsubscribed, and a choice that nobody had subscribed to by then stays silent. A failure ends all of them.
 *
 * @example
 * import { map, mergeMap, of } from 'rxjs';
 * import { accumulateText, byChoice } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const, { type: 'text_delta', choice: 1, delta: 'Yo' } as const)
 *   .pipe(byChoice(), mergeMap((choice) => choice.pipe(accumulateText(), map((text) => `${choice.key}: ${text}`))))
 *   .subscribe((line) => console.log(line)); // 0: Hi, 1: Yo
 *
 * @throws `CompletionError` with code `limit`, as a notification of one choice, beyond `maxHeldEvents`.
 */
export const byChoice = (
  config: ByChoiceConfig = {},
): (<E extends AnyEvent = StreamEvent>(source: ObservableInput<E>) => Observable<GroupedObservable<number, E>>) => {
  expectConfig('byChoice', config, { maxHeldEvents: true });
  const { maxHeldEvents = 65_536 } = config;
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<GroupedObservable<number, E>> =>
    lift(createChoiceSplitter<E>())(source).pipe(
      groupBy(({ choice }) => choice, {
        element: ({ event }) => event,
        connector: () => createHeldSubject<E>(maxHeldEvents, () => tooManyHeld(maxHeldEvents)),
      }),
    );
};

const tooManyHeld = (maxHeldEvents: number): CompletionError =>
  new CompletionError('limit', { message: `more events came for a choice that nobody subscribed to than maxHeldEvents allows (${maxHeldEvents})` });

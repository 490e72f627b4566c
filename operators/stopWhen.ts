import { concat, defer, takeWhile } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { configError } from '../src/errors/configError.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { liftEvents } from './liftEvents.ts';
import { STOPPED } from './stop/STOPPED.ts';
import { createStopper, type Ending, type StopPredicate } from './stop/createStopper.ts';
import { createNeedleMatcher } from './text/createNeedleMatcher.ts';
import { createWindowMatcher } from './text/createWindowMatcher.ts';
import { findPattern } from './text/findPattern.ts';
import type { Stretch } from './text/Stretch.ts';

/** Config of `stopWhen`. */
export interface StopWhenConfig {
  /**
   * Lets the text that stops the answer out, too, or the event.
   *
   * @defaultValue false
   */
  readonly include?: boolean | undefined;
  /**
   * The longest match of a `RegExp`, with all it looks ahead at, in UTF-16 units.
   *
   * @defaultValue 64
   */
  readonly maxLength?: number | undefined;
}

/**
 * Ends the answer in good order where a text appears in it, also one that comes in pieces: the text before it is delivered,
 * the source is unsubscribed, so that the endpoint stops writing, and then come `finish` with reason `stop`, `done` and
 * completion. `stop` is a text, several texts, a `RegExp`, or a test that is asked about each content event.
 *
 *     in:   s-t----t----t-- …        t = "One. ST", "OP", " Two."
 *     out:  s-t----(fd|)             t = "One. "
 *
 * Of several texts the one that ends first counts. What may be the beginning of one is held: less than the longest has. For
 * a `RegExp` that is `maxLength` and an eighth of it, or 8, always, since nobody can tell what it may yet match; it looks back at
 * most 32 characters, and is never tried on more at once, so that even a bad one takes no endless time. What is held goes
 * out before a `finish` or another part of its choice, and at completion, but not on error. Resets on `start`.
 *
 * Each choice stops for itself; the answer ends when all that have said something have ended. One that has begun to call
 * tools ends with `length`, as every answer does that was cut, so that nobody takes its calls for whole. The usage of an
 * answer cut so is not known, as the endpoint sends it last. The endpoint's own `stop` option saves more, where it has one.
 *
 * @example
 * import { of } from 'rxjs';
 * import { accumulateText, stopWhen } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Yes.\nUser: and then?' } as const)
 *   .pipe(stopWhen(['\nUser:', '\nHuman:']), accumulateText())
 *   .subscribe((text) => console.log(text)); // Yes.
 *
 * @throws `CompletionError` with code `config`, when called with nothing to stop at.
 */
export const stopWhen = (
  stop: string | readonly string[] | RegExp | StopPredicate,
  config: StopWhenConfig = {},
): EventOperator<Ending> => {
  expectConfig('stopWhen', config, FIELDS);
  const { include = false, maxLength = 64 } = config;
  expectAmount('stopWhen', { maxLength });
  const stopper =
    typeof stop === 'function'
      ? createStopper({ include, predicate: stop })
      : createStopper({ include, matcher: matcherOf(stop, maxLength) });
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E | Ending> =>
    defer(() => {
      const endings: Ending[] = [];
      const stopped = liftEvents<Ending | typeof STOPPED>(stopper((ending) => endings.push(...ending)))(source);
      // The source is let go before the ending is told: `concat` waits for the teardown of what it was subscribed to.
      return concat(stopped.pipe(takeWhile((event): event is E | Ending => event.type !== STOPPED.type)), defer(() => endings));
    });
};

const FIELDS: ConfigFields<StopWhenConfig> = { include: true, maxLength: true };

const matcherOf = (stop: string | readonly string[] | RegExp, maxLength: number): Stage<string, Stretch> => {
  if (stop instanceof RegExp) return createWindowMatcher(findPattern(stop), maxLength);
  const needles = [stop].flat();
  if (needles.length === 0 || !needles.every((needle) => typeof needle === 'string' && needle !== ''))
    throw configError('`stopWhen` takes texts that are not empty, a RegExp or a function');
  return createNeedleMatcher(needles);
};

import { asyncScheduler, concatAll, defer, dematerialize, exhaustMap, from, interval, map, materialize, merge, Subject, takeWhile } from 'rxjs';
import type { Observable, ObservableInput, SchedulerLike } from 'rxjs';
import { configError } from '../src/errors/configError.ts';
import { emitFrom, sourceAtWork, type PacedSource } from '../src/emitFrom.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { lift } from './lift.ts';
import { createPacer, type Arrival, type PacerConfig } from './pace/createPacer.ts';
import type { TextUnit } from './pace/TextUnit.ts';
import { unitEndOf } from './pace/unitEndOf.ts';
import { clockOf } from './recovery/clockOf.ts';

/** Config of `paceText`. */
export interface PaceTextConfig {
  /**
   * How many characters come out in a second, at least. More do where `maxDelayMs` would be exceeded.
   *
   * @defaultValue as many as `maxDelayMs` asks for
   */
  readonly charsPerSecond?: number | undefined;
  /**
   * How much later than it came in a text may come out, in milliseconds. 0 gives out all there is at each step: one delta
   * for every `everyMs`, however many come in.
   *
   * @defaultValue 300
   */
  readonly maxDelayMs?: number | undefined;
  /**
   * How long a step is, in milliseconds: text comes out no more often.
   *
   * @defaultValue 16, about a frame of a display
   */
  readonly everyMs?: number | undefined;
  /**
   * What comes out whole: a character as readers see it, a word, or a line. A longer word or line than 1024 characters is
   * parted.
   *
   * @defaultValue 'grapheme'
   */
  readonly unit?: TextUnit | undefined;
  /**
   * The language of the text, for the words of languages without spaces.
   *
   * @defaultValue that of the platform
   */
  readonly locale?: string | undefined;
  /**
   * Where time comes from. With `animationFrameScheduler` and `everyMs: 0` a step is a frame.
   *
   * @defaultValue `asyncScheduler` of rxjs
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Lets text and reasoning out at an even pace, as a typing display wants it, whatever bursts they come in.
 *
 *     in:   s-t-------(fd)|              t = "Hello"
 *     out:  s-a-b-c-d-(efd|)             a = "H", b = "e", c = "l", d = "l", e = "o"
 *
 * No character is lost, and none changes its place: what comes behind held text waits for it, `finish`, `done` and the
 * completion included. Text stays no longer than `maxDelayMs` and one step, for the pace rises with what is held; only the
 * last unit waits until it is known to be whole, by what follows it. So no grapheme and no surrogate pair is cut that was
 * not cut for good. Deltas of one kind that wait are joined. On error, what is held comes out first, then the error: it had
 * arrived. A `start` voids it. Unsubscribing stops the timer; none runs while nothing is held.
 *
 * @example
 * import { from } from 'rxjs';
 * import { accumulateText, paceText } from 'rx-completions/operators';
 *
 * from([{ type: 'text_delta', choice: 0, delta: 'Hello' } as const])
 *   .pipe(paceText({ charsPerSecond: 200 }), accumulateText())
 *   .subscribe((text) => console.log(text)); // H, Hell, Hello
 *
 * @throws `CompletionError` with code `config`, when called with a pace or a time that is none.
 */
export const paceText = (config: PaceTextConfig = {}): EventOperator => {
  expectConfig('paceText', config, FIELDS);
  const { charsPerSecond = 0, maxDelayMs = 300, everyMs = 16, unit = 'grapheme', locale, scheduler } = config;
  expectAmount('paceText', { charsPerSecond, maxDelayMs, everyMs }, 0);
  if (charsPerSecond === 0 && maxDelayMs === Infinity) throw configError('`paceText` needs a bound of `maxDelayMs`, or `charsPerSecond`');
  const pacer = { unitEnd: unitEndOf(unit, locale), leastPace: charsPerSecond / 1000, maxDelayMs, now: clockOf(scheduler) };
  const steps = interval(everyMs, scheduler ?? asyncScheduler);
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E> =>
    // A pacer passes on what it does not know, so what comes out is of the union that went in.
    pace(from(source) as unknown as Observable<StreamEvent>, pacer, steps) as unknown as Observable<E>;
};

const FIELDS: ConfigFields<PaceTextConfig> = {
  charsPerSecond: true,
  maxDelayMs: true,
  everyMs: true,
  unit: ['grapheme', 'word', 'line'],
  locale: true,
  scheduler: true,
};

const pace = (source: Observable<StreamEvent>, config: PacerConfig, steps: Observable<unknown>): Observable<StreamEvent> =>
  defer(() => {
    const pacer = createPacer(config);
    const wake = new Subject<void>();
    // What comes out later comes from the call as well, which a slow reader behind can make wait.
    let atWork: PacedSource | undefined;
    const step = lift<unknown, readonly Arrival[]>((emit) => ({
      push: () => emitFrom(atWork, () => emit(pacer.step())),
      flush: () => undefined,
    }));
    const released = wake.pipe(
      exhaustMap(() =>
        step(steps).pipe(
          takeWhile((out) => out.length > 0 || !pacer.isResting(), true),
        ),
      ),
    );
    const arrived = source.pipe(
      materialize(),
      map((arrival: Arrival) => {
        atWork = sourceAtWork();
        const out = pacer.push(arrival);
        if (!pacer.isResting()) wake.next();
        return out;
      }),
    );
    return merge(released, arrived).pipe(concatAll(), dematerialize());
  });

import { isContent } from '../src/events/isContent.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { EventOperator } from './EventOperator.ts';
import { expectConfig } from './expectConfig.ts';
import { liftEvents } from './liftEvents.ts';
import type { TurnEndEvent } from './loop/LoopEvent.ts';
import { createGaps } from './measure/createGaps.ts';
import type { MeasureEvent } from './measure/MeasureEvent.ts';
import type { UsageEvent } from './normalizeUsage.ts';
import { clockOf } from './recovery/clockOf.ts';
import { billableOutput } from './usage/billableOutput.ts';

/** Config of `measure`. */
export interface MeasureConfig {
  /**
   * Tells the time in milliseconds.
   *
   * @defaultValue the platform's steady clock, which setting the time of day does not move
   */
  readonly clock?: (() => number) | undefined;
}

/**
 * Adds a `measure` before the first content of an attempt, with the time to it, and one before `done`, with durations, the
 * percentiles of the times between deltas, and how fast the answer came.
 *
 *     in:   s---t-t---t-f-d|
 *     out:  s---(mt)t-t-f-(md)|      m = measure
 *
 * An attempt begins at the subscription; a later one when its `retry` or `fallback` says so, its wait excluded, at the end of
 * the turn before it, or else at its `start`. Each attempt is measured anew, `totalMs` goes on. A call that fails has no
 * last `measure`. Put it close to the call: it measures when events pass, so what holds or paces them before it counts.
 * Percentiles are of the latest 4096 gaps, which is all it holds.
 *
 * @example
 * import { of } from 'rxjs';
 * import { measure } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const, { type: 'done', reason: 'stop', attempts: 1 } as const)
 *   .pipe(measure())
 *   .subscribe((event) => event.type === 'measure' && console.log(event.at, event.durationMs)); // first_content 0.1, end 0.2
 */
export const measure = (config: MeasureConfig = {}): EventOperator<MeasureEvent> => {
  expectConfig('measure', config, { clock: true });
  return liftEvents<MeasureEvent>(createStopwatch(config.clock ?? clockOf(undefined)));
};

const createStopwatch =
  (now: () => number): Stage<StreamEvent, StreamEvent | MeasureEvent> =>
  (emit) => {
    const subscribed = now();
    /** When the attempt at hand began, where that was told before its `start`. */
    let announced: number | undefined = subscribed;
    let began = subscribed;
    let attempt = 1;
    let first: number | undefined;
    let last = 0;
    let chars = 0;
    let tokens: number | undefined;
    let gaps = createGaps();

    const begin = (at: number): void => {
      began = at;
      first = tokens = undefined;
      chars = 0;
      gaps = createGaps();
    };

    const take = (at: MeasureEvent['at'], time: number): void => {
      const seconds = at === 'first_content' || first === undefined ? 0 : (last - first) / 1000;
      const between = at === 'end' ? gaps.read() : undefined;
      emit({
        type: 'measure',
        at,
        attempt,
        ...(first !== undefined && { timeToFirstContentMs: first - began }),
        durationMs: time - began,
        totalMs: time - subscribed,
        ...(between !== undefined && { betweenDeltasMs: between }),
        ...(seconds > 0 && { charsPerSecond: chars / seconds }),
        ...(seconds > 0 && tokens !== undefined && { outputTokensPerSecond: tokens / seconds }),
      });
    };

    const note = (time: number): void => {
      if (first === undefined) {
        first = time;
        take('first_content', time);
      } else gaps.add(time - last);
      last = time;
    };

    return {
      push: (incoming) => {
        // What operators before this one have added comes as well.
        const event = incoming as StreamEvent | UsageEvent | TurnEndEvent;
        if (isContent(event)) {
          note(now());
          if ('delta' in event && event.type !== 'audio_delta') chars += event.delta.length;
        } else if (event.type === 'start') {
          ({ attempt } = event);
          begin(announced ?? now());
          announced = undefined;
        } else if (event.type === 'retry' || event.type === 'fallback') {
          ({ attempt } = event);
          announced = now() + (event.delayMs ?? 0);
          // An answer that another endpoint goes on with has no new `start`.
          begin(announced);
        } else if (event.type === 'turn_end') announced = now();
        else if (event.type === 'usage' && event.source !== 'estimated') tokens = billableOutput(event);
        else if (event.type === 'done') take('end', now());
        emit(incoming);
      },
      flush: () => undefined,
    };
  };

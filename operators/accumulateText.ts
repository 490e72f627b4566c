import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import { liftReader, type EventReader } from './liftReader.ts';
import { expectConfig } from './expectConfig.ts';

/** Config of `accumulateText`. */
export interface AccumulateTextConfig {
  /**
   * The choice whose text is read, for calls with `n > 1`.
   *
   * @defaultValue 0
   */
  readonly choice?: number | undefined;
}

/**
 * Emits the answer's text so far, at each `text_delta` of the choice; reasoning, refusals and tool calls are not text.
 *
 * A `start` voids what came before it. Where text had been emitted, it emits `''`, so that a view is cleared before the
 * next attempt writes into it; the first `start` of a stream therefore emits nothing. Time and memory are linear in the
 * length of the answer.
 *
 *     in:   s-t-t-r-t-s-t-d|      t = "Hel", "lo", "!", "Hi"
 *     out:  --a-b---c-x-y--|      a = "Hel", b = "Hello", c = "Hello!", x = "", y = "Hi"
 *
 * @example
 * import { of } from 'rxjs';
 * import { accumulateText } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Hel' }, { type: 'text_delta', choice: 0, delta: 'lo' })
 *   .pipe(accumulateText())
 *   .subscribe((text) => console.log(text)); // Hel, Hello
 */
export const accumulateText = (config: AccumulateTextConfig = {}): EventReader<string> => {
  expectConfig('accumulateText', config, { choice: true });
  return liftReader(createTextAccumulator(config.choice ?? 0));
};

const createTextAccumulator =
  (choice: number): Stage<StreamEvent, string> =>
  (emit) => {
    let text = '';
    return {
      push: (event) => {
        if (event.type === 'text_delta' && event.choice === choice) emit((text += event.delta));
        else if (event.type === 'start' && text !== '') emit((text = ''));
      },
      flush: () => undefined,
    };
  };

import { CompletionError } from '../src/errors/CompletionError.ts';
import { configError } from '../src/errors/configError.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { EventOperator } from './EventOperator.ts';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { liftEvents } from './liftEvents.ts';
import { createRepetitionFinder, type Repetition, type RepetitionFinder } from './text/createRepetitionFinder.ts';

/** Config of `detectRepetition`. */
export interface DetectRepetitionConfig {
  /**
   * How long a repetition is, at least, in UTF-16 units. At most 2²⁰, for so much text is kept.
   *
   * @defaultValue 1000
   */
  readonly minLength?: number | undefined;
  /**
   * How often the same comes in a row, at least. With `maxUnitLength` it may make up 2²⁰ units.
   *
   * @defaultValue 10
   */
  readonly repeats?: number | undefined;
  /**
   * How long the same is, at most, in UTF-16 units.
   *
   * @defaultValue 500
   */
  readonly maxUnitLength?: number | undefined;
  /**
   * Whether the answer fails, or goes on after a `warning` with code `repetition`.
   *
   * @defaultValue 'fail'
   */
  readonly onRepetition?: 'fail' | 'warn' | undefined;
}

/**
 * Fails where a model has begun to say the same over and over, in its text or its reasoning, and so stops the call. Blanks
 * and line ends may repeat. Passes every event on, and holds none: it keeps the end of each text, as long as a repetition has
 * to be, and looks at it now and then, so a repetition may grow by a 32nd of that before it is seen. Resets on `start`.
 *
 *     in:   s-t-t-t-t- …     t = "the same "
 *     out:  s-t-t-t-#
 *
 * @example
 * import { from } from 'rxjs';
 * import { detectRepetition } from 'rx-completions/operators';
 *
 * from(Array.from({ length: 200 }, () => ({ type: 'text_delta', choice: 0, delta: 'and then ' }) as const))
 *   .pipe(detectRepetition())
 *   .subscribe({ error: ({ code }) => console.log(code) }); // limit
 *
 * @throws `CompletionError` with code `config`, when called with bounds that are none, or would keep too much; with code
 * `limit`, as a notification. That one is `retryable`, for the next try may go better.
 */
export const detectRepetition = (config: DetectRepetitionConfig = {}): EventOperator => {
  expectConfig('detectRepetition', config, FIELDS);
  const { minLength = 1000, repeats = 10, maxUnitLength = 500, onRepetition = 'fail' } = config;
  expectAmount('detectRepetition', { minLength, maxUnitLength });
  expectAmount('detectRepetition', { repeats }, 2);
  if (Math.max(minLength, repeats * maxUnitLength) > MOST_KEPT)
    throw configError(`\`minLength\`, and \`repeats\` times \`maxUnitLength\`, of \`detectRepetition\` must be at most ${MOST_KEPT}`);
  return liftEvents(createRepetitionDetector({ minLength, repeats, maxUnitLength }, onRepetition === 'warn'));
};

/** The end of each text is kept, in UTF-16 units, and four bytes beside each. */
const MOST_KEPT = 2 ** 20;

const FIELDS: ConfigFields<DetectRepetitionConfig> = {
  minLength: true,
  repeats: true,
  maxUnitLength: true,
  onRepetition: ['fail', 'warn'],
};

const createRepetitionDetector =
  (repetition: Repetition, warns: boolean): Stage<StreamEvent, StreamEvent> =>
  (emit) => {
    /** By choice and kind of text. */
    const finders = new Map<string, RepetitionFinder>();
    let warned = false;

    const read = (key: string, delta: string): boolean => {
      let finder = finders.get(key);
      if (finder === undefined) finders.set(key, (finder = createRepetitionFinder(repetition)));
      return finder.read(delta);
    };

    return {
      push: (event) => {
        emit(event);
        if (event.type === 'start') {
          finders.clear();
          warned = false;
        } else if (!warned && (event.type === 'text_delta' || event.type === 'reasoning_delta')) {
          if (!read(`${event.type} ${event.choice}`, event.delta)) return;
          if (!warns) throw new CompletionError('limit', { message: MESSAGE, retryable: true, committed: true });
          warned = true;
          emit({ type: 'warning', code: 'repetition', message: MESSAGE });
        }
      },
      flush: () => undefined,
    };
  };

const MESSAGE = 'the answer says the same over and over';

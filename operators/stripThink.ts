import type { ReasoningDeltaEvent, StreamEvent, TextDeltaEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { EventOperator } from './EventOperator.ts';
import { liftEvents } from './liftEvents.ts';
import { perChoice } from './text/perChoice.ts';
import { createThinkSplitter } from './think/createThinkSplitter.ts';
import { firstPlace, type Place } from './think/Place.ts';
import { DEFAULT_THINK_TAGS, pairOf, type ThinkTag } from './think/ThinkTag.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';

/** Config of `stripThink`. */
export interface StripThinkConfig {
  /**
   * The tags that enclose thinking. A block is closed by the tag it was opened with; of two tags where one begins with
   * the other, the shorter wins.
   *
   * @defaultValue think, thinking, thought, reasoning, seed:think, `[THINK]…[/THINK]` and `◁think▷…◁/think▷`
   */
  readonly tags?: readonly ThinkTag[] | undefined;
  /**
   * Set for models whose template opens the tag in the prompt: the text is thinking until the first close tag, all of it
   * where none comes. A tag that is opened again right at the beginning is dropped too.
   *
   * @defaultValue false
   */
  readonly startsInside?: boolean | undefined;
  /**
   * Where an open tag counts: `leading` only before the first visible character of a choice, so that a tag in later prose
   * or code survives; `anywhere` in all of the text, code included.
   *
   * @defaultValue 'leading'
   */
  readonly position?: 'leading' | 'anywhere' | undefined;
  /**
   * What becomes of a close tag that closes nothing: it stays in the text, or is dropped from it. The text before it has
   * gone out by then and stays text; only `startsInside` makes thinking of it.
   *
   * @defaultValue 'keep'
   */
  readonly onOrphanClose?: 'keep' | 'strip' | undefined;
  /**
   * Drops the blanks and newlines right after an open tag, and those after a close tag as long as the answer has not
   * begun. What stands before a tag stays, since it is out before the tag comes.
   *
   * @defaultValue true
   */
  readonly trim?: boolean | undefined;
  /**
   * Drops the thinking instead of turning it into `reasoning_delta` events.
   *
   * @defaultValue false
   */
  readonly drop?: boolean | undefined;
}

/**
 * Turns text between `<think>` and `</think>` into `reasoning_delta` events of the same choice and drops the tags.
 *
 * The result does not depend on how the text is cut. At most one tag's length is held, per choice; it is released, as the
 * text or thinking it then is, before a `finish`, tool call delta, image or other part of that choice, before `done`, and
 * at completion. It is not released on error. Events that may fall into the middle of a tag (reasoning, annotations,
 * log probabilities, usage, heartbeats) neither decide nor move it. A block left open is thinking to the end; the first
 * close tag ends it, also within nested tags. Resets on `start`. With `trim: false` every character except those of the
 * tags comes out once, in order.
 *
 *     in:   s-t----t-----t-d|      t = "<think>hm", "m</thi", "nk>Yes"
 *     out:  s-r----r-----t-d|      r = "hm", "m"   t = "Yes"
 *
 * @example
 * import { of } from 'rxjs';
 * import { stripThink } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: '<think>hm</think>Yes' })
 *   .pipe(stripThink())
 *   .subscribe((event) => console.log(event)); // reasoning_delta "hm", text_delta "Yes"
 *
 * @throws `CompletionError` with code `config`, when called with a tag that has no text.
 */
export const stripThink = (config: StripThinkConfig = {}): EventOperator<ReasoningDeltaEvent> => {
  expectConfig('stripThink', config, FIELDS);
  const stripper = createThinkStripper(placeOf(config), config.drop ?? false);
  return liftEvents<ReasoningDeltaEvent>(perChoice(() => stripper));
};

const FIELDS: ConfigFields<StripThinkConfig> = {
  tags: true,
  startsInside: true,
  position: ['leading', 'anywhere'],
  onOrphanClose: ['keep', 'strip'],
  trim: true,
  drop: true,
};

/** Splits the text of one choice, and dresses the pieces as events. */
const createThinkStripper =
  (first: Place, drop: boolean): Stage<TextDeltaEvent, StreamEvent> =>
  (emit) => {
    let latest: TextDeltaEvent | undefined;
    const splitter = createThinkSplitter(first)(({ thought, text }) => {
      if (latest === undefined) return;
      if (!thought) emit(text === latest.delta ? latest : { ...latest, delta: text });
      else if (!drop) emit({ type: 'reasoning_delta', choice: latest.choice, delta: text });
    });
    return {
      push: (event) => {
        latest = event;
        splitter.push(event.delta);
      },
      flush: () => splitter.flush(),
    };
  };

const placeOf = ({ tags, startsInside, position, onOrphanClose, trim }: StripThinkConfig): Place =>
  firstPlace({
    pairs: (tags ?? DEFAULT_THINK_TAGS).map(pairOf),
    startsInside: startsInside ?? false,
    anywhere: position === 'anywhere',
    stripsOrphans: onOrphanClose === 'strip',
    trim: trim ?? true,
  });

import { expectConfig } from './expectConfig.ts';
import { liftReader, type EventReader } from './liftReader.ts';
import { createSentenceSplitter } from './sentences/createSentenceSplitter.ts';
import { readChoice } from './text/readChoice.ts';

/** Config of `splitSentences`. */
export interface SplitSentencesConfig {
  /**
   * The choice whose text is read, for calls with `n > 1`.
   *
   * @defaultValue 0
   */
  readonly choice?: number | undefined;
  /**
   * The language of the text.
   *
   * @defaultValue that of the platform
   */
  readonly locale?: string | undefined;
  /**
   * Further words that a full stop behind them does not end a sentence after, without the full stop.
   *
   * @defaultValue none but titles and the like (Dr, Mrs, vs, Nr, …)
   */
  readonly abbreviations?: readonly string[] | undefined;
  /**
   * Leaves out the blanks around sentences, and those that are nothing else.
   *
   * @defaultValue false, so that the sentences joined are the text
   */
  readonly trim?: boolean | undefined;
}

/**
 * Emits each sentence of the answer's text as soon as it is certain that it is over, as a voice wants them: with the blanks behind it,
 * so when the next one has begun, or at a line end. The last one comes where the text ends: at the `finish` of the choice, a
 * tool call or another part, or completion. What is held when the source fails is not emitted, and a `start` voids it;
 * sentences emitted before are void then, too, which who speaks them has to see to.
 *
 *     in:   s-t----t----t-fd|      t = "At 3.", "14 p.m. ", "Yes! No"
 *     out:  -------------a-b-|     a = "At 3.14 p.m. Yes! ", b = "No"
 *
 * Where sentences end is what `Intl.Segmenter` says; they go on after abbreviations, initials (`z. B. Bach`), and numbers
 * of a list, and in languages that write `3. Oktober` after such numbers: rather two sentences in one than one in two. The
 * result does not depend on how the text is cut. Holds one sentence. Time is linear in the text.
 *
 * @example
 * import { of } from 'rxjs';
 * import { splitSentences } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Dr. No said yes. Fine!' } as const)
 *   .pipe(splitSentences({ locale: 'en', trim: true }))
 *   .subscribe((sentence) => console.log(sentence)); // Dr. No said yes., Fine!
 */
export const splitSentences = (config: SplitSentencesConfig = {}): EventReader<string> => {
  expectConfig('splitSentences', config, { choice: true, locale: true, abbreviations: true, trim: true });
  return liftReader(readChoice(config.choice ?? 0, createSentenceSplitter(config)));
};

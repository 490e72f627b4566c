import type { Stage } from '../src/stage.ts';
import { expectConfig } from './expectConfig.ts';
import { liftReader, type EventReader } from './liftReader.ts';
import { readChoice } from './text/readChoice.ts';

/** Config of `splitLines`. */
export interface SplitLinesConfig {
  /**
   * The choice whose text is read, for calls with `n > 1`.
   *
   * @defaultValue 0
   */
  readonly choice?: number | undefined;
  /**
   * Leaves out the line ends.
   *
   * @defaultValue false, so that the lines joined are the text
   */
  readonly trim?: boolean | undefined;
}

/**
 * Emits each line of the answer's text once it is whole, with its end: LF, CR LF or CR. The last one comes where the text ends: at the
 * `finish` of the choice, a tool call or another part, or completion. What is held when the source fails is not emitted, and
 * a `start` voids it; lines emitted before are void then, too, which who writes them on has to see to.
 *
 *     in:   s-t---t---t-fd|      t = "one\r", "\ntw", "o"
 *     out:  ------a-----b-|      a = "one\r\n", b = "two"
 *
 * Holds one line. Time is linear in the text.
 *
 * @example
 * import { of } from 'rxjs';
 * import { splitLines } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'one\ntwo' } as const)
 *   .pipe(splitLines({ trim: true }))
 *   .subscribe((line) => console.log(line)); // one, two
 */
export const splitLines = (config: SplitLinesConfig = {}): EventReader<string> => {
  expectConfig('splitLines', config, { choice: true, trim: true });
  return liftReader(readChoice(config.choice ?? 0, createLineSplitter(config.trim ?? false)));
};

const createLineSplitter =
  (trim: boolean): Stage<string, string> =>
  (emit) => {
    let held = '';
    /** Whether the line held ends in CR, which an LF may follow. */
    let isOver = false;

    const release = (): void => {
      const line = held;
      held = '';
      isOver = false;
      if (line !== '') emit(trim ? line.replace(/[\r\n]+$/, '') : line);
    };

    return {
      push: (piece) => {
        let from = 0;
        if (isOver && piece !== '') {
          if (piece.startsWith('\n')) {
            held += '\n';
            from = 1;
          }
          release();
        }
        for (const { 0: end, index } of piece.matchAll(/\r\n?|\n/g)) {
          if (index < from) continue;
          held += piece.slice(from, (from = index + end.length));
          isOver = end === '\r' && from === piece.length;
          if (!isOver) release();
        }
        held += piece.slice(from);
      },
      flush: release,
    };
  };

import type { Stage } from '../../src/stage.ts';
import { endsInHalf } from './endsInHalf.ts';
import type { Find } from './Find.ts';
import type { Stretch } from './Stretch.ts';

/** How far a match may look back. */
const CONTEXT = 32;

/** Less is looked at too often. */
const MIN_STEP = 8;

/**
 * Parts a text at matches of at most `maxLength` characters. A pattern cannot say what may yet become a match, so that much
 * is always held, and up to an eighth more, or 8: the text is looked at in windows, each with all that a match may need that begins
 * in its first part; the next stands behind that part, or behind the match. So no cut of the text changes what is found, the
 * pattern never sees more than one window, and time is linear in the text.
 */
export const createWindowMatcher = (find: Find, maxLength: number): Stage<string, Stretch> => {
  const step = Math.max(MIN_STEP, Math.ceil(maxLength / 8));

  return (emit) => {
    let context = '';
    let held = '';
    /** What is to go out. */
    let plain = '';

    const release = (final: boolean): void => {
      // Half a surrogate pair goes out with the other half.
      const end = !final && endsInHalf(plain) ? plain.length - 1 : plain.length;
      if (end > 0) emit({ matched: false, text: plain.slice(0, end) });
      plain = plain.slice(end);
    };

    const look = (text: string, final: boolean): void => {
      let at = 0;
      while (at < text.length) {
        const end = at + step + maxLength;
        if (end > text.length && !final) break;
        const found = find(context + text.slice(at, end), context.length);
        const begin = found === undefined ? step : found.index - context.length;
        const isMatch = found !== undefined && begin < step;
        const next = Math.min(text.length, isMatch ? at + begin + found.length : at + step);
        plain += text.slice(at, isMatch ? at + begin : next);
        if (isMatch) {
          release(true);
          emit({ matched: true, text: text.slice(at + begin, next) });
        }
        context = (context + text.slice(at, next)).slice(-CONTEXT);
        at = next;
      }
      held = text.slice(at);
      release(final);
    };

    return {
      push: (piece) => look(held + piece, false),
      flush: () => {
        look(held, true);
        context = '';
      },
    };
  };
};

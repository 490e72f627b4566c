import type { Stage } from '../../src/stage.ts';
import type { Place, Token } from './Place.ts';

/** A run of text that is thinking, or is not. Never empty. */
export interface ThinkPiece {
  readonly thought: boolean;
  readonly text: string;
}

/**
 * Splits text into answer and thinking. Holds only what may yet turn out to be a tag, so never as much as the longest tag,
 * and looks again at no more than that. `flush` takes what is held for what it is, and pushing may go on after it.
 */
export const createThinkSplitter =
  (first: Place): Stage<string, ThinkPiece> =>
  (emit) => {
    let place = first;
    let held = '';

    const split = (text: string, final: boolean): void => {
      let from = 0;
      let at = 0;
      const emitUpTo = (end: number): void => {
        if (end > from) emit({ thought: place.thought, text: text.slice(from, end) });
        from = end;
      };
      held = '';
      while (at < text.length) {
        const found = tokenAt(text, at, place.tokens);
        if (found === 'cut' && !final) {
          emitUpTo(at);
          held = text.slice(at);
          return;
        }
        if (typeof found === 'object') {
          emitUpTo(at);
          at += found.text.length;
          from = at;
          place = found.to();
        } else if (place.onWord === undefined) {
          at = nextCandidate(text, at + 1, place.tokens);
        } else {
          if (!isBlank(text, at)) place = place.onWord;
          else if (place.dropsBlanks) from = at + 1;
          at += 1;
        }
      }
      emitUpTo(at);
    };

    return {
      push: (text) => split(held + text, false),
      flush: () => split(held, true),
    };
  };

/** The token that stands at `at`; `'cut'` where the text ends before that is decided. Of two that fit, the shorter. */
const tokenAt = (text: string, at: number, tokens: readonly Token[]): Token | 'cut' | undefined => {
  let found: Token | undefined;
  let cut = false;
  for (const token of tokens) {
    if (text.startsWith(token.text, at)) {
      if (found === undefined || token.text.length < found.text.length) found = token;
    } else if (text.length - at < token.text.length && token.text.startsWith(text.slice(at))) cut = true;
  }
  return found ?? (cut ? 'cut' : undefined);
};

/** The next index at which a token could begin, or the end. */
const nextCandidate = (text: string, from: number, tokens: readonly Token[]): number => {
  if (tokens.length === 0) return text.length;
  let at = from;
  while (at < text.length && !tokens.some((token) => token.text.charCodeAt(0) === text.charCodeAt(at))) at += 1;
  return at;
};

const isBlank = (text: string, at: number): boolean => text.charAt(at).trim() === '';

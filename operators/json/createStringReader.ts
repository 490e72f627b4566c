import { endsInHalf } from '../text/endsInHalf.ts';

/** Reads JSON strings that come in pieces, one at a time. */
export interface StringReader {
  /** What is certain of the string so far; all of it once it is closed. */
  text(): string;
  isClosed(): boolean;
  /** Begins a string, right behind its opening quote. */
  open(): void;
  /** Reads on from `at`. Gives where it stopped, behind the closing quote or at the end of the piece; -1 where no JSON string goes on like this. */
  read(piece: string, at: number): number;
}

/**
 * Makes a reader. Held back are an escape that is cut in half, and the first half of a surrogate pair, however it is
 * written: shown alone it would be a broken character that the next piece mends.
 */
export const createStringReader = (): StringReader => {
  let text = '';
  let half = '';
  let escape = '';
  let closed = true;

  const add = (run: string): void => {
    const all = half + run;
    const certain = endsInHalf(all) ? all.length - 1 : all.length;
    half = all.slice(certain);
    text += certain === all.length ? all : all.slice(0, certain);
  };

  /** Takes the next character of the escape at hand; `false` where it cannot be one. */
  const readEscape = (character: string): boolean => {
    escape += character;
    if (escape.length === 2) {
      if (character === 'u') return true;
      const meant = ESCAPES.get(character);
      if (meant === undefined) return false;
      add(meant);
    } else {
      if (!HEX.test(character)) return false;
      if (escape.length < 6) return true;
      add(String.fromCharCode(Number.parseInt(escape.slice(2), 16)));
    }
    escape = '';
    return true;
  };

  return {
    text: () => text,
    isClosed: () => closed,
    open: () => {
      text = half = escape = '';
      closed = false;
    },
    read: (piece, from) => {
      let at = from;
      while (at < piece.length) {
        if (escape !== '') {
          if (!readEscape(piece.charAt(at))) return -1;
          at += 1;
          continue;
        }
        const end = endOfRun(piece, at);
        if (end > at) add(piece.slice(at, end));
        if (end === piece.length) return end;
        at = end + 1;
        const code = piece.charCodeAt(end);
        if (code === BACKSLASH) escape = '\\';
        else if (code === QUOTE) {
          text += half;
          closed = true;
          return at;
        } else return -1;
      }
      return at;
    },
  };
};

/** Where something comes that is not simply itself: a quote, an escape, or a control character, which JSON forbids. */
const endOfRun = (piece: string, from: number): number => {
  for (let at = from; at < piece.length; at += 1) {
    const code = piece.charCodeAt(at);
    if (code === QUOTE || code === BACKSLASH || code < 0x20) return at;
  }
  return piece.length;
};

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ...['"', '\\', '/'].map((each) => [each, each] as const),
  ...([['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t']] as const),
]);

const HEX = /[\dA-Fa-f]/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

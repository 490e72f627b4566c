import { createJsonScanner, isSpace, type JsonScanner } from './createJsonScanner.ts';

/** Watches the arguments of one call for the point where one finished JSON object is followed by another. */
export interface ObjectBoundary {
  /** Takes note of `piece`, which now joins the text. */
  read(piece: string): void;
  /** Whether `piece` begins an object after `text`, all that was read so far, is a whole one. */
  isCrossedBy(piece: string, text: string): boolean;
  /** Whether `text`, all that was read so far, is one whole JSON object. */
  isBehind(text: string): boolean;
}

/**
 * Makes the watch of one call. Looking into a growing text at each piece is quadratic, so only the ends of pieces are
 * looked at until a piece begins with `{` right after a `}`; from then on a scanner follows the text piece by piece.
 */
export const createObjectBoundary = (): ObjectBoundary => {
  let ending = '';
  let scanner: JsonScanner | undefined;
  let refuted = false;

  const isBehind = (text: string): boolean => {
    if (refuted || ending !== '}') return false;
    if (scanner === undefined) {
      scanner = createJsonScanner();
      scanner.read(text);
    }
    if (!scanner.isWhole()) return false;
    // The scanner counts brackets; that the text is JSON is asked once, since what is refuted stays refuted.
    refuted = !parses(text);
    return !refuted;
  };

  return {
    read: (piece) => {
      scanner?.read(piece);
      ending = lastVisible(piece) ?? ending;
    },
    isCrossedBy: (piece, text) => ending === '}' && firstVisible(piece) === '{' && isBehind(text),
    isBehind,
  };
};

const firstVisible = (piece: string): string | undefined => {
  let at = 0;
  while (at < piece.length && isSpace(piece.charCodeAt(at))) at += 1;
  return piece[at];
};

const lastVisible = (piece: string): string | undefined => {
  let at = piece.length - 1;
  while (at >= 0 && isSpace(piece.charCodeAt(at))) at -= 1;
  return piece[at];
};

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

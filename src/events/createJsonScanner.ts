/** Follows the nesting of a JSON text that comes in pieces. Counts brackets outside strings; it does not validate. */
export interface JsonScanner {
  read(piece: string): void;
  /** Whether all that was read is one object from its first bracket to its last, with white space around it. */
  isWhole(): boolean;
}

/** Makes a scanner; each character is looked at once, so reading a text in any pieces is linear in its length. */
export const createJsonScanner = (): JsonScanner => {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let state: 'before' | 'inside' | 'after' | 'other' = 'before';

  const readInString = (code: number): void => {
    if (escaped) escaped = false;
    else if (code === BACKSLASH) escaped = true;
    else if (code === QUOTE) inString = false;
  };

  const readOutside = (code: number): void => {
    if (isSpace(code)) return;
    if (state === 'before') state = code === OPEN_BRACE ? 'inside' : 'other';
    else if (state === 'after') state = 'other';
    if (code === QUOTE) inString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0 && state === 'inside') state = 'after';
    }
  };

  return {
    read: (piece) => {
      for (let at = 0; at < piece.length; at += 1) {
        const code = piece.charCodeAt(at);
        if (inString) readInString(code);
        else readOutside(code);
      }
    },
    isWhole: () => state === 'after',
  };
};

/** Whether JSON calls this UTF-16 unit white space. */
export const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

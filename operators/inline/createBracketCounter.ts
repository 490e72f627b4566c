/** Follows a JSON object or array that comes in pieces to its end. */
export interface BracketCounter {
  /** How much of this piece belongs to it; all of it where it goes on. */
  read(piece: string): number;
  state(): BracketState;
}

type BracketState = 'inside' | 'whole' | 'broken';

/** Looks at each character once. Outside strings only what JSON may hold there counts, so that other text breaks it soon. */
export const createBracketCounter = (): BracketCounter => {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let state: BracketState = 'inside';

  const look = (char: string): void => {
    if (inString) {
      if (escaped) escaped = false;
      else if (char === '\\') escaped = true;
      else if (char === '"') inString = false;
    } else if (char === '{' || char === '[') depth += 1;
    else if (depth === 0) state = 'broken';
    else if (char === '"') inString = true;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) state = 'whole';
    } else if (!FILLING.test(char)) state = 'broken';
  };

  return {
    read: (piece) => {
      for (let at = 0; at < piece.length; at += 1) {
        look(piece.charAt(at));
        if (state !== 'inside') return state === 'whole' ? at + 1 : at;
      }
      return piece.length;
    },
    state: () => state,
  };
};

const FILLING = /[\s:,\w+.-]/;

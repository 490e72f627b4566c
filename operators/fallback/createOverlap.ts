/** Finds how much of a continuation repeats the end of what it continues, as the continuation comes in. */
export interface Overlap {
  /** Whether more of the continuation cannot change the overlap. */
  isSettled(): boolean;
  push(piece: string): void;
  /** The longest end of the partial text that the continuation begins with, in UTF-16 units; takes it for whole. */
  end(): number;
}

/**
 * Knuth, Morris and Pratt, with a pattern that is still coming in: the partial text is searched for the continuation, and
 * the search waits wherever it would need a character that has not come. What stands matched when the text is through is the
 * overlap. Linear in the partial text, however periodic it is; holds one number per character that may still belong to it.
 */
export const createOverlap = (partial: string): Overlap => {
  let read = '';
  /** For each beginning of what was read, the longest shorter beginning that it ends with. */
  const borders: number[] = [];
  let at = 0;
  let matched = 0;

  const borderOf = (length: number): number => borders[length - 1] ?? 0;

  const learn = (from: number): void => {
    for (let next = from; next < read.length; next += 1) {
      let border = next === 0 ? 0 : borderOf(next);
      while (border > 0 && read[border] !== read[next]) border = borderOf(border);
      borders.push(next > 0 && read[border] === read[next] ? border + 1 : 0);
    }
  };

  const search = (isWhole: boolean): void => {
    while (at < partial.length) {
      if (matched === read.length) {
        if (!isWhole) return;
        if (matched === 0) at = partial.length;
        else matched = borderOf(matched);
      } else if (partial[at] === read[matched]) {
        at += 1;
        matched += 1;
      } else if (matched > 0) matched = borderOf(matched);
      else at += 1;
    }
  };

  return {
    isSettled: () => at === partial.length,
    push: (piece) => {
      if (at === partial.length) return;
      const known = read.length;
      read += piece;
      learn(known);
      search(false);
    },
    end: () => {
      search(true);
      return matched;
    },
  };
};

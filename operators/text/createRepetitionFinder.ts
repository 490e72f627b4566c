/** Tells whether a text repeats itself at its end, as it comes in. */
export interface RepetitionFinder {
  /** Reads a piece; `true` when the text read so far ends in a repetition. */
  read(piece: string): boolean;
}

/** What is taken for a repetition. */
export interface Repetition {
  /** How long it is, at least. */
  readonly minLength: number;
  /** How often the same comes in a row, at least. */
  readonly repeats: number;
  /** How long the same is, at most. */
  readonly maxUnitLength: number;
}

/**
 * Keeps the last part of the text, as long as a repetition has to be, and looks at it once it has moved on by a 32nd. The
 * places where it looks are those of the text, whatever its pieces, and the time is linear in its length.
 */
export const createRepetitionFinder = (repetition: Repetition): RepetitionFinder => {
  const length = Math.max(repetition.minLength, repetition.repeats * repetition.maxUnitLength);
  const step = Math.ceil(length / 32);
  const borders = new Int32Array(length + 1);
  /** So much of the end must have come before, and not long before. Nearly all text is done with by that. */
  const probe = Math.min(32, Math.floor(repetition.minLength / 2));
  let tail = '';
  let fresh = '';

  return {
    read: (piece) => {
      for (let at = 0; at < piece.length; ) {
        const end = at + step - fresh.length;
        fresh += piece.slice(at, end);
        at = end;
        if (fresh.length < step) return false;
        tail = (tail + fresh).slice(-length);
        fresh = '';
        if (recurs(tail, probe, repetition.maxUnitLength) && endsInRepetition(tail, borders, repetition)) return true;
      }
      return false;
    },
  };
};

const recurs = (text: string, probe: number, within: number): boolean => {
  const near = text.slice(-within - probe);
  return near.lastIndexOf(text.slice(text.length - probe), near.length - probe - 1) >= 0;
};

/**
 * Knuth, Morris and Pratt, from the end to the beginning: the longest border of an end of the text gives its shortest period.
 */
const endsInRepetition = (text: string, borders: Int32Array, { minLength, repeats, maxUnitLength }: Repetition): boolean => {
  const last = text.length - 1;
  let border = 0;
  for (let length = 2; length <= text.length; length += 1) {
    const code = text.charCodeAt(last - length + 1);
    while (border > 0 && text.charCodeAt(last - border) !== code) border = borders[border] ?? 0;
    if (text.charCodeAt(last - border) === code) border += 1;
    borders[length] = border;
    const period = length - border;
    // A line may be blank for as long as it likes.
    if (length >= minLength && period <= maxUnitLength && length >= repeats * period) return text.slice(-period).trim() !== '';
  }
  return false;
};

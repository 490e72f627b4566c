/**
 * How bytes are cut into separate writes: not at all, after every byte, after so many bytes, or at random lengths that the
 * seed repeats.
 */
export type SplitRule =
  | 'whole'
  | 'every'
  | number
  | {
      readonly seed: number;
      /** The longest piece, in bytes. @defaultValue `16` */
      readonly maxBytes?: number;
    };

/** Builds a cutter: each call cuts the next bytes, and a seeded one goes on where it was. */
export const createCutter = (rule: SplitRule): ((bytes: Uint8Array) => readonly Uint8Array[]) => {
  const nextLength = createLengths(rule);
  return (bytes) => {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = nextLength();
      pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
    return pieces;
  };
};

const createLengths = (rule: SplitRule): (() => number) => {
  if (rule === 'whole') return () => Infinity;
  if (rule === 'every') return () => 1;
  const longest = typeof rule === 'number' ? rule : (rule.maxBytes ?? 16);
  if (!Number.isInteger(longest) || longest < 1) throw new RangeError(`cannot cut bytes into pieces of ${longest}`);
  if (typeof rule === 'number') return () => longest;
  const random = createRandom(rule.seed);
  return () => 1 + Math.floor(random() * longest);
};

/** The mulberry32 generator: small, and the same everywhere. */
const createRandom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** The shortest run of characters of the request that is masked where an endpoint repeats it. */
const RUN = 16;
/** Hashes of runs are looked up in so many bits before the run itself is looked at. */
const FILTER_BITS = 1 << 20;
/** 31 to the power of `RUN`, as far as 32 bits hold it: the weight of the unit that leaves a rolling hash. */
const LEAVING = Array.from({ length: RUN }).reduce<number>((power) => Math.imul(power, 31), 1);

/**
 * Replaces by `***` whatever a text repeats of others: every run of 16 characters or more. Takes time in proportion to the
 * lengths of all of them, whatever is in them; a short text does not ask for the others.
 */
export const maskEchoes = (text: string, others: () => readonly string[]): string => {
  if (text.length < RUN) return text;
  const repeated = repeatedRuns(text, others());
  if (repeated.size === 0) return text;
  let shown = '';
  let maskedTo = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (repeated.has(text.slice(at, at + RUN))) {
      if (at > maskedTo || at === 0) shown += '***';
      maskedTo = at + RUN;
    }
    if (at >= maskedTo) shown += text.charAt(at);
  }
  return shown;
};

/** The runs of a text that one of the others has, too. */
const repeatedRuns = (text: string, others: readonly string[]): ReadonlySet<string> => {
  const filter = new Uint8Array(FILTER_BITS / 8);
  const sought = new Set<string>();
  rollOver(text, (at, bit) => {
    filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit & 7));
    sought.add(text.slice(at, at + RUN));
  });
  const repeated = new Set<string>();
  for (const other of others) {
    rollOver(other, (at, bit) => {
      if (((filter[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return;
      const run = other.slice(at, at + RUN);
      if (sought.has(run)) repeated.add(run);
    });
  }
  return repeated;
};

/** Goes over all runs of a text, with a number that equal runs share. */
const rollOver = (text: string, visit: (at: number, bit: number) => void): void => {
  let hash = 0;
  for (let end = 0; end < text.length; end += 1) {
    hash = (Math.imul(hash, 31) + text.charCodeAt(end)) | 0;
    if (end >= RUN) hash = (hash - Math.imul(LEAVING, text.charCodeAt(end - RUN))) | 0;
    if (end >= RUN - 1) visit(end - RUN + 1, (hash ^ (hash >>> 12)) & (FILTER_BITS - 1));
  }
};

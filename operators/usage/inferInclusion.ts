/** Which figures are parts of which; undefined where that is not decided. */
export interface Inclusion {
  readonly reasoningIncluded: boolean | undefined;
  readonly cacheIncluded: boolean | undefined;
}

type Counts = {
  readonly [Name in 'input' | 'output' | 'total' | 'reasoning' | 'cacheRead' | 'cacheWrite']: number | undefined;
};

/**
 * Concludes from the arithmetic whether the output contains the reasoning, and the input what was cached: tries every
 * combination against the reported total and believes what all that fit agree on. Where none or contradicting ones fit,
 * nothing is concluded. What is `known` already narrows the combinations down. `total` has to be a reported one: a sum
 * proves nothing about its parts.
 */
export const inferInclusion = (counts: Counts, known: Inclusion): Inclusion => {
  const { input, output, total, reasoning = 0, cacheRead = 0, cacheWrite = 0 } = counts;
  const cached = cacheRead + cacheWrite;
  const fits = ({ reasoningIncluded, cacheIncluded }: Inclusion): boolean =>
    input !== undefined &&
    output !== undefined &&
    total === input + output + (reasoningIncluded === false ? reasoning : 0) + (cacheIncluded === false ? cached : 0);

  const fitting = guesses(reasoning, output, known.reasoningIncluded)
    .flatMap((reasoningIncluded) =>
      guesses(cached, input, known.cacheIncluded).map((cacheIncluded) => ({ reasoningIncluded, cacheIncluded })),
    )
    .filter(fits);
  // Whatever the total says, a prompt cannot contain more than it is. There is no such rule for reasoning: servers are
  // known that count it one too high.
  const tooLarge = input !== undefined && cached > input ? false : undefined;
  return {
    reasoningIncluded: known.reasoningIncluded ?? agreed(fitting.map((guess) => guess.reasoningIncluded)),
    cacheIncluded: known.cacheIncluded ?? agreed(fitting.map((guess) => guess.cacheIncluded)) ?? tooLarge,
  };
};

/**
 * Where there is no part it makes no difference, and nothing can be concluded. A part that exceeds its whole is not within
 * it, but the total may leave it out all the same; then nothing can be concluded either.
 */
const guesses = (part: number, whole = 0, known: boolean | undefined): readonly (boolean | undefined)[] => {
  if (known !== undefined || part === 0) return [known];
  return [part > whole ? undefined : true, false];
};

const agreed = (answers: readonly (boolean | undefined)[]): boolean | undefined =>
  answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;

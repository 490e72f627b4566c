/** What is kept of a choice's text to tell whether its deltas are cumulative. */
export interface TextTrail {
  lastText: string;
  growths: number;
}

/** Shorter pieces begin alike by chance: a space, a line break, a digit. */
const MIN_CHARS = 8;
const TELLING_GROWTHS = 3;

/**
 * Whether an endpoint sends the whole text so far in each delta, told once: several deltas in a row each begin with all of
 * the one before. Compares neighbours only, so that ordinary tokens cost a comparison of lengths.
 */
export const looksCumulative = (trail: TextTrail, delta: string): boolean => {
  const before = trail.lastText;
  trail.lastText = delta;
  const grows = before.length >= MIN_CHARS && delta.length > before.length && delta.startsWith(before);
  trail.growths = grows ? trail.growths + 1 : 0;
  return trail.growths === TELLING_GROWTHS;
};

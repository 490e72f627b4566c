/** The name a mistyped one most likely stands for: the same letters in another spelling, or at most two slips away. */
export const nearestName = (typed: string, names: readonly string[]): string | undefined => {
  const plain = letters(typed);
  const ranked = names
    .map((name) => ({ name, slips: slipsBetween(plain, letters(name)) }))
    .sort((one, other) => one.slips - other.slips);
  const best = ranked[0];
  return best !== undefined && best.slips <= Math.min(2, plain.length / 3) ? best.name : undefined;
};

/** `max_tokens`, `maxTokens` and `MaxTokens` are one name. The cut keeps the comparison cheap whatever was typed. */
const letters = (name: string): string => name.slice(0, 64).replace(/[_-]/g, '').toLowerCase();

/** Levenshtein distance, one row at a time. */
const slipsBetween = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 0; line < from.length; line += 1) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column += 1) {
      const swapped = (row[column] ?? 0) + (from[line] === to[column] ? 0 : 1);
      next.push(Math.min(swapped, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
};

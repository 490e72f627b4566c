/** Merges lists into one, each in its own order; `picks` decides, again and again, whose turn it is. */
export const interleave = <T>(lists: readonly (readonly T[])[], picks: readonly number[]): readonly T[] => {
  const merged: T[] = [];
  let waiting = lists.filter((list) => list.length > 0);
  for (let turn = 0; waiting.length > 0; turn++) {
    const pick = (picks[turn % picks.length] ?? 0) % waiting.length;
    merged.push(...(waiting[pick]?.slice(0, 1) ?? []));
    waiting = waiting.map((list, index) => (index === pick ? list.slice(1) : list)).filter((list) => list.length > 0);
  }
  return merged;
};

/** The middle of values, with how far they reach. */
export const spreadOf = (values) => {
  const sorted = [...values].sort((left, right) => left - right);
  return { median: sorted[Math.floor(sorted.length / 2)], low: sorted[0], high: sorted.at(-1) };
};

export const medianOf = (values) => spreadOf(values).median;

/** Each round against the floor of the same round. */
export const ratioOf = (values, floor) => spreadOf(values.map((value, round) => value / floor[round]));

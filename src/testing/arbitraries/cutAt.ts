/** Cuts a string or bytes at these places, taken modulo its length; nothing is lost and the order of places is no matter. */
export const cutAt = <Whole extends string | Uint8Array>(whole: Whole, places: readonly number[]): readonly Whole[] => {
  const ends = [...places.map((place) => place % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  // A string gives strings and bytes give bytes, which the compiler cannot see.
  return ends.map((end, index) => (index === 0 ? whole.slice(0, end) : whole.slice(ends[index - 1], end)) as Whole);
};

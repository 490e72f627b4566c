/** Reads one figure as an endpoint may send it: a number, or a number in a string. */
export type ReadFigure = (value: unknown) => number | undefined;

/** An amount of money: finite and not negative, else undefined. */
export const amount: ReadFigure = (value) => {
  const figure = typeof value === 'string' ? Number(value) : value;
  return typeof figure === 'number' && Number.isFinite(figure) && figure >= 0 ? figure : undefined;
};

/** A number of tokens: a whole number that is not negative and not beyond 2⁵³, where adding would lose some. */
export const count: ReadFigure = (value) => {
  const figure = amount(value);
  return Number.isSafeInteger(figure) ? figure : undefined;
};

/** Freezes a plain value and everything in it. Only for copies: what a caller owns stays as it is. */
export const freezeDeep = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freezeDeep(inner);
  }
  return value;
};

/** A figure with as many digits as tell something. */
export const digits = (value) => (Math.abs(value) < 10 ? value.toFixed(2) : Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0));

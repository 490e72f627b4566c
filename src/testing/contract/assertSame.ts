import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';

/** Throws with both values in its message when they differ. */
export const assertSame = (actual: unknown, expected: unknown, what: string): void => {
  if (isDeepStrictEqual(actual, expected)) return;
  const message = `${what}\nexpected: ${show(expected)}\nactual:   ${show(actual)}`;
  throw new AssertionError({ message, actual, expected, operator: 'deepStrictEqual' });
};

const show = (value: unknown): string => inspect(value, { depth: 5, maxArrayLength: 60, breakLength: 120 });

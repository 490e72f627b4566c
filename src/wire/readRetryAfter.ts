/** The longest wait a timer can hold; what an endpoint asks beyond it is cut to it. */
const MAX_WAIT_MS = 2 ** 31 - 1;

/**
 * How long a response asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date. A date is
 * measured against the response's own `date`, so that no clock needs to be right; one in the past is 0. Anything that is
 * neither a number ≥ 0 nor a date asks nothing.
 */
export const readRetryAfter = (headers: Readonly<Record<string, string>>, now: number = Date.now()): number | undefined => {
  const milliseconds = waitOf(headers['retry-after-ms'], 1);
  if (milliseconds !== undefined) return milliseconds;
  const asked = headers['retry-after'];
  const seconds = waitOf(asked, 1000);
  if (seconds !== undefined || asked === undefined) return seconds;
  // Nearly anything with a number in it parses as a date in some year; one that says a time of day is meant as one.
  const until = /\d\d:\d\d/.test(asked) ? Date.parse(asked) : NaN;
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(headers['date'] ?? '');
  return Math.min(Math.max(0, until - (Number.isNaN(sent) ? now : sent)), MAX_WAIT_MS);
};

const waitOf = (value: string | undefined, unit: number): number | undefined => {
  if (value === undefined || value.trim() === '') return undefined;
  const wait = Number(value) * unit;
  return Number.isFinite(wait) && wait >= 0 ? Math.min(wait, MAX_WAIT_MS) : undefined;
};

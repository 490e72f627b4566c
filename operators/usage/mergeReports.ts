import type { Report } from './readFigures.ts';

/**
 * Lays a later report over an earlier one: each field's latest value stands, and a null or missing one erases nothing.
 * Gives a frozen copy and leaves both reports as they are.
 */
export const mergeReports = (earlier: Report, later: Report): Report => {
  const merged = new Map(Object.entries(earlier));
  for (const [key, value] of Object.entries(later)) merged.set(key, merge(merged.get(key), value));
  // Defines its fields instead of assigning them, so that one called `__proto__` stays a field.
  return Object.freeze(Object.fromEntries(merged));
};

const merge = (earlier: unknown, later: unknown): unknown => {
  if (later === null) return earlier ?? null;
  if (Array.isArray(later)) return Object.freeze(later.map((value) => merge(undefined, value)));
  return isReport(later) ? mergeReports(isReport(earlier) ? earlier : {}, later) : later;
};

const isReport = (value: unknown): value is Report =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

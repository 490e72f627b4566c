import { coreOf, definitionOf, partOf } from './partOf.ts';

/**
 * The value without fields that are `null` although they may only be missing: strict schemas make every field required, and
 * have a model say `null` for one it leaves out. The value itself where there is none.
 */
export const withoutNulls = (schema: unknown, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || coreOf(schema, true) === undefined) return value;
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const kept = entries.flatMap(([key, child]): [string, unknown][] => {
    const part = partOf(schema, key, true);
    if (typeof part === 'string') return [[key, child]];
    return child === null && !isList && mayBeMissing(part) ? [] : [[key, withoutNulls(part, child)]];
  });
  if (kept.length === entries.length && kept.every(([, child], at) => child === entries[at]?.[1])) return value;
  return isList ? kept.map(([, child]) => child) : Object.fromEntries(kept);
};

/** Whether a field may be left out, and says nothing of `null`. */
const mayBeMissing = (schema: unknown): boolean => {
  let optional = false;
  for (let def = definitionOf(schema); def !== undefined; def = definitionOf(def.innerType)) {
    if (def.type === 'nullable') return false;
    optional ||= def.type === 'optional' || def.type === 'default' || def.type === 'prefault';
  }
  return optional;
};

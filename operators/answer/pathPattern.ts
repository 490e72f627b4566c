import { configError } from '../../src/errors/configError.ts';
import { nearestName } from '../../src/errors/nearestName.ts';
import { redact } from '../../src/errors/redact.ts';
import type { JsonPath } from '../json/createJsonTree.ts';
import { isStandardSchema } from '../schema/StandardSchema.ts';
import type { AnswerSchema } from './AnswerSchema.ts';
import { coreOf, partOf } from './partOf.ts';

/** A path with `*` in it. */
export interface PathPattern {
  /** Whether a part can be told as soon as it is over; else it waits for the whole answer. */
  readonly early: boolean;
  matches(path: JsonPath): boolean;
  /** What stands there in a whole answer. */
  valuesIn(answer: unknown): readonly unknown[];
}

/** Reads a path, and refuses one that leads nowhere in an answer of this schema. */
export const pathPattern = (path: unknown, schema: AnswerSchema): PathPattern => {
  if (typeof path !== 'string' || path === '') throw configError('`at` of `parseAnswer` takes a path such as `items.*`');
  const steps = path.split('.');
  return {
    early: !isStandardSchema(schema) || isReachable(schema, steps),
    matches: (path) => path.length === steps.length && steps.every((step, at) => step === '*' || step === String(path[at])),
    valuesIn: (answer) => steps.reduce<readonly unknown[]>((values, step) => values.flatMap((value) => childrenOf(value, step)), [answer]),
  };
};

/** Whether each part at a path has a schema of its own, whatever the schemas around it make of it. */
const isReachable = (schema: unknown, [step, ...rest]: readonly string[]): boolean => {
  if (step === undefined) return true;
  const def = coreOf(schema, false);
  if (step === '*' && def?.type === 'object') return Object.values(def.shape ?? {}).every((field) => isReachable(field, rest));
  const part = partOf(schema, step === '*' ? 0 : step, false);
  if (part !== 'none') return part !== 'opaque' && isReachable(part, rest);
  const near = nearestName(step, Object.keys(def?.shape ?? {}));
  throw configError(`\`${redact(step)}\` is no field of the answer${near === undefined ? '' : `; did you mean \`${near}\`?`}`);
};

const childrenOf = (value: unknown, step: string): unknown[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Object.values(value);
  const child = Object.hasOwn(value, step) ? (value as Readonly<Record<string, unknown>>)[step] : undefined;
  return child === undefined ? [] : [child];
};

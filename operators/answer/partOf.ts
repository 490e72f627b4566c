import type { JsonPath } from '../json/createJsonTree.ts';
import { isStandardSchema, type StandardSchema } from '../schema/StandardSchema.ts';

/** What a schema says of a part of the answer. */
export type Part =
  /** The part's own schema. */
  | StandardSchema
  /** Nothing that could be said of the part alone: it stands in a union, say, or in a schema zod did not make. */
  | 'opaque'
  /** There is no such part. */
  | 'none';

/** What is used of the definition that every zod 4 schema carries, as written for whoever builds on zod. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly catchall?: unknown;
  readonly element?: unknown;
  readonly valueType?: unknown;
  readonly items?: readonly unknown[];
  readonly rest?: unknown;
  readonly innerType?: unknown;
  readonly getter?: () => unknown;
  readonly in?: unknown;
  readonly coerce?: boolean;
  readonly options?: readonly unknown[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
}

/** Whether a schema says what it is made of. */
export const definitionOf = (schema: unknown): Definition | undefined => {
  if (!isStandardSchema(schema) || !('_zod' in schema)) return undefined;
  const { def } = schema._zod as { readonly def?: Definition };
  return def;
};

/**
 * The definition behind what only says whether a value may be missing. With `raw`, of what the schema takes, before it makes
 * something else of it. Not behind `catch`: what stands in there is never wrong.
 */
export const coreOf = (schema: unknown, raw: boolean): Definition | undefined => {
  let def = definitionOf(schema);
  for (let hops = 0; def !== undefined && hops < MAX_HOPS; hops += 1) {
    if (WRAPPERS.has(def.type)) def = definitionOf(def.innerType);
    else if (def.type === 'lazy') def = definitionOf(def.getter?.());
    else if (def.type === 'pipe' && raw) def = definitionOf(def.in);
    else return def;
  }
  return undefined;
};

const WRAPPERS: ReadonlySet<string> = new Set(['optional', 'nullable', 'nonoptional', 'default', 'prefault', 'readonly']);
/** A schema that is nothing but itself has no end. */
const MAX_HOPS = 64;

/** The schema of one field or element. */
export const partOf = (schema: unknown, key: string | number, raw: boolean): Part => {
  const def = coreOf(schema, raw);
  switch (def?.type) {
    case 'object':
      if (def.shape !== undefined && Object.hasOwn(def.shape, key)) return asPart(def.shape[key]);
      return asPart(def.catchall, 'none');
    case 'array':
      return asPart(def.element);
    case 'record':
      return asPart(def.valueType);
    case 'tuple':
      return asPart(def.items?.[Number(key)] ?? def.rest, 'none');
    default:
      return 'opaque';
  }
};

const asPart = (schema: unknown, otherwise: Part = 'opaque'): Part => (isStandardSchema(schema) ? schema : otherwise);

/** The schema at a place of the answer. */
export const schemaAt = (schema: StandardSchema, path: JsonPath, raw: boolean): Part => {
  let part: Part = schema;
  for (const key of path) {
    part = partOf(part, key, raw);
    if (typeof part === 'string') return part;
  }
  return part;
};

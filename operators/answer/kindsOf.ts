import { coreOf } from './partOf.ts';

/** What a value shows itself to be with its first character. */
export type OpenKind = 'text' | 'list' | 'object';

/** What a value of a schema may begin as; `undefined` where that cannot be told. Numbers and literals are known when they are over. */
export const kindsOf = (schema: unknown, depth = 0): ReadonlySet<OpenKind> | undefined => {
  const def = coreOf(schema, true);
  if (def === undefined || def.coerce === true) return undefined;
  if (def.type === 'union') return depth < MAX_UNIONS ? kindsOfAll(def.options, depth + 1) : undefined;
  if (def.type === 'literal') return kindsOfValues(def.values);
  if (def.type === 'enum') return kindsOfValues(Object.values(def.entries ?? {}));
  return KINDS.get(def.type);
};

/** Unions within unions: one that is nothing but itself has no end. */
const MAX_UNIONS = 8;

const kindsOfAll = (schemas: readonly unknown[] = [], depth: number): ReadonlySet<OpenKind> | undefined => {
  const all = new Set<OpenKind>();
  for (const schema of schemas) {
    const kinds = kindsOf(schema, depth);
    if (kinds === undefined) return undefined;
    for (const kind of kinds) all.add(kind);
  }
  return all;
};

const kindsOfValues = (values: readonly unknown[] = []): ReadonlySet<OpenKind> => (values.some((value) => typeof value === 'string') ? TEXT : NONE);

const TEXT: ReadonlySet<OpenKind> = new Set<OpenKind>(['text']);
const LIST: ReadonlySet<OpenKind> = new Set<OpenKind>(['list']);
const OBJECT: ReadonlySet<OpenKind> = new Set<OpenKind>(['object']);
const NONE: ReadonlySet<OpenKind> = new Set<OpenKind>();

const KINDS: ReadonlyMap<string, ReadonlySet<OpenKind>> = new Map([
  ['string', TEXT],
  ['template_literal', TEXT],
  ['array', LIST],
  ['tuple', LIST],
  ['object', OBJECT],
  ['record', OBJECT],
  ['number', NONE],
  ['boolean', NONE],
  ['null', NONE],
]);

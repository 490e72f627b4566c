import type { JsonSchema } from './Tool.ts';

/** A schema as endpoints that enforce one want it. */
export interface StrictSchema {
  readonly schema: JsonSchema;
  /** What such endpoints have no form for, and where; left as it was. Absent where there is nothing of that kind. */
  readonly obstacle?: string;
}

/**
 * Writes a schema by the rules of OpenAI's strict mode: every field required, so one that may be missing may be `null`; no
 * fields beside; one choice among several is `anyOf`; limits the mode does not know stand in the description, where the model
 * reads them, and are left to whoever checks the answer.
 */
export const strictSchema = (json: JsonSchema): StrictSchema => {
  const obstacles: string[] = [];

  const each = (schemas: unknown, path: string): Record<string, unknown> =>
    Object.fromEntries(Object.entries(schemas as JsonSchema).map(([key, schema]) => [key, strict(schema, `${path}.${key}`)]));

  const objectFields = (schema: JsonSchema, path: string): JsonSchema => {
    if (schema['additionalProperties'] !== undefined && schema['additionalProperties'] !== false) obstacles.push(`a record at ${path}`);
    const required = new Set((schema['required'] as readonly string[] | undefined) ?? []);
    const fields = Object.entries(each(schema['properties'] ?? {}, path)) as [string, JsonSchema][];
    return {
      properties: Object.fromEntries(fields.map(([name, field]) => [name, required.has(name) ? field : orNull(field)])),
      required: fields.map(([name]) => name),
      additionalProperties: schema['additionalProperties'] ?? false,
    };
  };

  const strict = (value: unknown, path: string): JsonSchema => {
    if (!isObject(value)) {
      obstacles.push(`anything at ${path}`);
      return {};
    }
    const told: string[] = [];
    const schema: Record<string, unknown> = {};
    for (const [word, said] of Object.entries(value)) {
      if (word === 'anyOf' || word === 'oneOf') schema['anyOf'] = (said as unknown[]).map((one) => strict(one, path));
      else if (word === 'items') schema[word] = strict(said, `${path}[]`);
      else if (word === '$defs') schema[word] = each(said, '$defs');
      else if (FORMLESS.has(word)) {
        obstacles.push(`${word} at ${path}`);
        schema[word] = said;
      } else if (KEPT.has(word) && isEnforced(word, said)) schema[word] = said;
      else if (LIMITS.has(word)) told.push(`${word}: ${JSON.stringify(said)}`);
    }
    if (Object.keys(schema).every((word) => !SHAPING.has(word))) obstacles.push(`anything at ${path}`);
    if (value['type'] === 'object') Object.assign(schema, objectFields(value, path));
    if (told.length > 0) schema['description'] = [value['description'], `(${told.join(', ')})`].filter(Boolean).join(' ');
    return beside(schema);
  };

  const schema = strict(atRoot(json), 'the root');
  if (schema['type'] !== 'object') obstacles.unshift('no object at the root');
  return { schema, ...(obstacles[0] !== undefined && { obstacle: obstacles[0] }) };
};

/** The root cannot be a reference. */
const atRoot = (json: JsonSchema): JsonSchema => {
  const name = /^#\/\$defs\/(.+)$/.exec(typeof json['$ref'] === 'string' ? json['$ref'] : '')?.[1];
  const root = name === undefined || !isObject(json['$defs']) ? undefined : json['$defs'][name];
  return isObject(root) ? { ...root, $defs: json['$defs'] } : json;
};

/** Nothing may stand beside a reference. */
const beside = ({ $ref, ...rest }: Readonly<Record<string, unknown>>): JsonSchema => {
  if ($ref === undefined) return rest;
  return Object.keys(rest).length === 0 ? { $ref } : { anyOf: [{ $ref }], ...rest };
};

const orNull = (schema: JsonSchema): JsonSchema => {
  if (takesNull(schema)) return schema;
  const { description, ...bare } = schema;
  const { type, anyOf, ...rest } = bare;
  if (type !== undefined && anyOf === undefined && Object.keys(rest).length === 0) return { ...schema, type: [type, 'null'].flat() };
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...(anyOf as unknown[]), { type: 'null' }] };
  return { anyOf: [bare, { type: 'null' }], ...(description !== undefined && { description }) };
};

const takesNull = ({ type, anyOf }: Readonly<Record<string, unknown>>): boolean =>
  type === 'null' ||
  (Array.isArray(type) && type.includes('null')) ||
  (Array.isArray(anyOf) && anyOf.some((one: unknown) => isObject(one) && takesNull(one)));

/** Some formats, and expressions that do not look around. */
const isEnforced = (word: string, said: unknown): boolean => {
  if (word === 'format') return FORMATS.has(String(said));
  return word !== 'pattern' || !/\(\?(?!:)/.test(String(said));
};

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const SHAPING = words('type enum const anyOf $ref');
const KEPT = words(
  'type enum const $ref title description pattern format multipleOf minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems',
);
const FORMATS = words('date-time time date duration email hostname ipv4 ipv6 uuid');
const LIMITS = words('minLength maxLength pattern format uniqueItems minProperties maxProperties contentEncoding');
const FORMLESS = words('allOf not prefixItems patternProperties if dependentSchemas dependentRequired contains');

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

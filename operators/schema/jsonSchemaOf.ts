import { isStandardSchema } from './StandardSchema.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A schema as a JSON Schema: as it is given, or as a Standard JSON Schema (https://standardschema.dev/json-schema) writes
 * itself, which zod's do. `undefined` where neither is known.
 */
export const jsonSchemaOf = (schema: unknown): JsonSchema | undefined => {
  if (!isStandardSchema(schema)) return isObject(schema) ? schema : undefined;
  const { jsonSchema } = schema['~standard'] as { readonly jsonSchema?: { input?(options: object): unknown } };
  try {
    const json = jsonSchema?.input?.({ target: 'draft-2020-12' });
    if (!isObject(json)) return undefined;
    return Object.fromEntries(Object.entries(json).filter(([word]) => !word.startsWith('$schema') && word !== '~standard'));
  } catch {
    // Not every schema can be written so.
    return undefined;
  }
};

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

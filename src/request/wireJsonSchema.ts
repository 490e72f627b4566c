import { z } from 'zod';
import { configError } from '../errors/configError.ts';
import type { JsonSchema } from './Tool.ts';

/**
 * A zod 4 schema as JSON Schema of what the model must write (a default makes a field optional); a JSON Schema as it is.
 * `strict` closes objects that do not say otherwise, as endpoints that enforce a schema demand.
 */
export const wireJsonSchema = (schema: z.ZodType | JsonSchema, path: string, strict: boolean): JsonSchema => {
  if (typeof schema !== 'object' || (schema as unknown) === null || Array.isArray(schema))
    throw configError(`${path} must be a zod schema or a JSON Schema object`);
  if (isZod(schema)) return converted(schema, path, strict);
  if ('_def' in schema || '~standard' in schema)
    throw configError(`${path} is a schema zod 4 did not make: give it as JSON Schema`);
  return schema;
};

export const isZod = (schema: z.ZodType | JsonSchema): schema is z.ZodType => '_zod' in schema;

/** Converting costs more than the rest of a request, and a schema does not change. */
const conversions: Record<'open' | 'strict', WeakMap<z.ZodType, JsonSchema>> = {
  open: new WeakMap(),
  strict: new WeakMap(),
};

const converted = (schema: z.ZodType, path: string, strict: boolean): JsonSchema => {
  const known = conversions[strict ? 'strict' : 'open'];
  const made = known.get(schema) ?? convert(schema, path, strict);
  known.set(schema, made);
  return made;
};

const convert = (schema: z.ZodType, path: string, strict: boolean): JsonSchema => {
  try {
    const json = z.toJSONSchema(schema, {
      io: 'input',
      override: ({ jsonSchema }) => {
        if (strict && jsonSchema.type === 'object') jsonSchema.additionalProperties ??= false;
      },
    });
    // Some servers compile the schema to a grammar and refuse words they do not know.
    delete json.$schema;
    return json;
  } catch (error) {
    const why = error instanceof Error ? `: ${error.message.split('\n', 1)[0] ?? ''}` : '';
    throw configError(`${path} cannot be expressed as JSON Schema${why}`);
  }
};

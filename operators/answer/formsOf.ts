import { configError } from '../../src/errors/configError.ts';
import { isStandardSchema } from '../schema/StandardSchema.ts';
import type { AnswerForm, AnswerFormKind, JsonSchemaForm } from './AnswerForm.ts';
import type { AnswerSchema } from './AnswerSchema.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** The forms to ask in, in this order. */
export const formsOf = (schema: AnswerSchema, kinds: readonly AnswerFormKind[], given: JsonSchema | undefined): readonly AnswerForm[] => {
  const json = given ?? jsonSchemaOf(schema);
  if (json === undefined) throw configError('`askForAnswer` cannot write this schema as JSON Schema: give it as `jsonSchema`');
  const instructions = `Answer with JSON that fits this JSON Schema, and with nothing before or after it:\n${JSON.stringify(json)}`;
  const written: JsonSchemaForm = { type: 'json_schema', name: 'answer', schema: json };
  // The form's type tells a zod schema from others by the same field.
  const format = given === undefined && '_zod' in schema ? (schema as unknown as JsonSchemaForm) : written;
  return kinds.map((kind) => {
    if (kind === 'json_schema') return { kind, responseFormat: format, instructions: '' };
    return { kind, responseFormat: kind === 'json_object' ? kind : undefined, instructions };
  });
};

/** Zod and others write their schemas themselves (https://standardschema.dev/json-schema). */
const jsonSchemaOf = (schema: AnswerSchema): JsonSchema | undefined => {
  if (!isStandardSchema(schema)) return schema;
  const { jsonSchema } = schema['~standard'] as { readonly jsonSchema?: { input?(options: object): unknown } };
  try {
    const json = jsonSchema?.input?.({ target: 'draft-2020-12' });
    if (typeof json !== 'object' || json === null) return undefined;
    return Object.fromEntries(Object.entries(json).filter(([word]) => !word.startsWith('$schema') && word !== '~standard'));
  } catch {
    return undefined;
  }
};

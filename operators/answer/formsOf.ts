import { configError } from '../../src/errors/configError.ts';
import { jsonSchemaOf, type JsonSchema } from '../schema/jsonSchemaOf.ts';
import type { AnswerForm, AnswerFormKind, JsonSchemaForm } from './AnswerForm.ts';
import type { AnswerSchema } from './AnswerSchema.ts';

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

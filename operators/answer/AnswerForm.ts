import type { AnswerSchema } from './AnswerSchema.ts';

/**
 * How an endpoint is asked for JSON: by a schema it enforces, for any JSON object, or in words only. The latter two have the
 * schema in the prompt.
 */
export type AnswerFormKind = 'json_schema' | 'json_object' | 'prompt';

/** What a call sends to be answered in JSON. */
export interface AnswerForm<Schema extends AnswerSchema = AnswerSchema> {
  readonly kind: AnswerFormKind;
  /** The call's option of this name. */
  readonly responseFormat: FormatOf<Schema> | 'json_object' | undefined;
  /** What the prompt must say, the schema included; `''` where the endpoint enforces it. */
  readonly instructions: string;
}

/** A zod schema is an option by itself, any other goes out as JSON Schema. */
export type FormatOf<Schema> = Schema extends { readonly _zod: unknown } ? Schema : JsonSchemaForm;

export interface JsonSchemaForm {
  readonly type: 'json_schema';
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

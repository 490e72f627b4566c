import type { DeepPartial } from '../json/DeepPartial.ts';
import type { StandardSchema } from '../schema/StandardSchema.ts';

/**
 * What an answer should fit: a zod schema or any other Standard Schema (https://standardschema.dev), which type and check
 * it, or a plain JSON Schema, which does neither.
 */
export type AnswerSchema = StandardSchema | Readonly<Record<string, unknown>>;

/** What a schema makes of an answer. */
export type AnswerOf<Schema extends AnswerSchema> = Schema extends StandardSchema<unknown, infer Output> ? Output : unknown;

/** An answer while it comes in, as the model writes it: not checked, and before the schema makes something else of it. */
export type DraftOf<Schema extends AnswerSchema> = Schema extends StandardSchema<infer Input> ? DeepPartial<Input> : unknown;

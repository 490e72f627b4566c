import type { DeepPartial } from '../json/DeepPartial.ts';
import type { SchemaIssue } from '../schema/describeIssues.ts';

/**
 * What an answer should fit: a zod schema or any other Standard Schema (https://standardschema.dev), which type and check
 * it, or a plain JSON Schema, which does neither.
 */
export type AnswerSchema = StandardAnswerSchema | Readonly<Record<string, unknown>>;

/** What is used of a Standard Schema, so that no operator depends on zod. */
export interface StandardAnswerSchema<Input = unknown, Output = unknown> {
  readonly '~standard': {
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | PromiseLike<SchemaResult>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What a schema makes of an answer. */
export type AnswerOf<Schema extends AnswerSchema> = Schema extends StandardAnswerSchema<unknown, infer Output> ? Output : unknown;

/** An answer while it comes in, as the model writes it: not checked, and before the schema makes something else of it. */
export type DraftOf<Schema extends AnswerSchema> = Schema extends StandardAnswerSchema<infer Input> ? DeepPartial<Input> : unknown;

export const isStandardSchema = (schema: unknown): schema is StandardAnswerSchema =>
  // A schema may be a function.
  (typeof schema === 'object' || typeof schema === 'function') && schema !== null && '~standard' in schema;

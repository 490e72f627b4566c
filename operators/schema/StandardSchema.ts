import type { SchemaIssue } from './describeIssues.ts';

/** What is used of a Standard Schema (https://standardschema.dev), so that no operator depends on zod. */
export interface StandardSchema<Input = unknown, Output = unknown> {
  readonly '~standard': {
    readonly vendor?: string;
    readonly validate: (value: unknown) => SchemaResult | PromiseLike<SchemaResult>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema makes of a value, or what it has against it. */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export const isStandardSchema = (schema: unknown): schema is StandardSchema =>
  // A schema may be a function.
  (typeof schema === 'object' || typeof schema === 'function') && schema !== null && '~standard' in schema;

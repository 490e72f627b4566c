import type { SchemaIssue } from '../schema/describeIssues.ts';

/** The least a declared tool must be for its calls to be checked; the tools of a context are such. */
export interface ToolLike {
  readonly name: string;
  readonly description?: string | undefined;
  /** A zod schema, or any other Standard Schema, or a plain JSON Schema, which types nothing and is not checked. */
  readonly parameters?: unknown;
}

/** What a call of a tool carries: the schema's output, or an object of unknown fields where no schema says more. */
export type ToolInputOf<Tool extends ToolLike> = [SchemaOutput<Tool['parameters']>] extends [never]
  ? Record<string, unknown>
  : unknown extends SchemaOutput<Tool['parameters']>
    ? Record<string, unknown>
    : SchemaOutput<Tool['parameters']>;

type SchemaOutput<Parameters> = Parameters extends StandardSchema<infer Output> ? Output : never;

/** What is used of a Standard Schema (https://standardschema.dev), so that no operator depends on zod. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly vendor?: string;
    readonly validate: (value: unknown) => StandardResult | PromiseLike<StandardResult>;
    readonly types?: { readonly output: Output } | undefined;
  };
}

type StandardResult = { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

import type { StandardSchema } from '../schema/StandardSchema.ts';

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

type SchemaOutput<Parameters> = Parameters extends StandardSchema<unknown, infer Output> ? Output : never;

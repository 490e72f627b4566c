import type { z } from 'zod';
import type { CacheControl } from './Part.ts';

/** A JSON Schema as a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A function the model may call. `Input` is what its calls carry: inferred from a zod schema, `unknown` for a JSON Schema.
 * Fields that are not listed here are the caller's own and never sent.
 */
export interface Tool<Name extends string = string, Input = unknown> {
  readonly name: Name;
  /** When and how to use it, in words for the model. */
  readonly description?: string | undefined;
  /** What it takes: a zod 4 schema or a JSON Schema of an object. @defaultValue an object without fields */
  readonly parameters?: z.ZodType<Input> | JsonSchema | undefined;
  /** Whether the endpoint must hold the model to `parameters` exactly. */
  readonly strict?: boolean | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/**
 * Gives a tool back as it is, with its name and input type inferred for whoever handles its calls.
 *
 * @example
 * ```ts
 * import { defineTool } from 'rx-completions';
 * import { z } from 'zod';
 *
 * const weather = defineTool({ name: 'weather', parameters: z.object({ city: z.string() }) });
 * ```
 */
export const defineTool = <const Name extends string, Input = unknown>(tool: Tool<Name, Input>): Tool<Name, Input> =>
  tool;

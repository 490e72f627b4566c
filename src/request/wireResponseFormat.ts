import type { z } from 'zod';
import type { SamplingOptions } from './CallOptions.ts';
import { warn, type Draft } from './Draft.ts';
import { strictSchema, type StrictSchema } from './strictSchema.ts';
import { isZod, wireJsonSchema } from './wireJsonSchema.ts';
import type { WireObject } from './WireObject.ts';

/** The form of the answer in the wire's words. A zod schema alone is held to strictly where strict endpoints have a form for it. */
export const wireResponseFormat = (format: SamplingOptions['responseFormat'], draft: Draft): WireObject | undefined => {
  if (format === undefined) return undefined;
  if (typeof format === 'string') return { type: format };
  if ('_zod' in format) {
    const { schema, obstacle } = strictOf(format, '`options.responseFormat`');
    const strict = obstacle === undefined;
    return asWritten('answer', strict ? schema : wireJsonSchema(format, '`options.responseFormat`', false), strict);
  }
  const { name, schema, strict } = format;
  const path = '`options.responseFormat.schema`';
  if (strict !== true || !isZod(schema)) return asWritten(name, wireJsonSchema(schema, path, strict === true), strict);
  const { schema: json, obstacle } = strictOf(schema, path);
  if (obstacle !== undefined)
    warn(draft, 'schema_not_strict', `an endpoint may refuse ${path} as strict, which has no form for ${obstacle}`);
  return asWritten(name, json, strict);
};

const asWritten = (name: string, schema: unknown, strict: boolean | undefined): WireObject => ({
  type: 'json_schema',
  json_schema: { name, schema, strict },
});

/** Writing costs more than the rest of a request, and a schema does not change. */
const written = new WeakMap<z.ZodType, StrictSchema>();

const strictOf = (schema: z.ZodType, path: string): StrictSchema => {
  const made = written.get(schema) ?? strictSchema(wireJsonSchema(schema, path, false));
  written.set(schema, made);
  return made;
};

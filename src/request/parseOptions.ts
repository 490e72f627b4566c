import { z } from 'zod';
import { schemaError } from '../errors/schemaError.ts';
import type { CallOptions, JsonSchemaFormat, ReasoningOptions } from './CallOptions.ts';
import type { Limits } from './Limits.ts';
import type { Timeouts } from './Timeouts.ts';

/** Checks a call's options: a copy of them, or a `config` error that names every field that cannot be used. */
export const parseOptions = (options: unknown): CallOptions => {
  if (options === undefined) return NONE;
  const given = parseGiven(options);
  if (given !== undefined) return given;
  const parsed = schema.safeParse(options);
  // The schema has checked every field; absent and undefined are the same to whoever reads them.
  if (parsed.success) return parsed.data as CallOptions;
  throw schemaError(parsed.error.issues, place, NAMES);
};

const NONE: CallOptions = {};

/**
 * Few of the options are given, so of a plain object only they are looked at. Nothing where one cannot be used or is not
 * known.
 */
const parseGiven = (options: unknown): CallOptions | undefined => {
  if (!isPlainObject(options)) return undefined;
  const parsed: Record<string, unknown> = {};
  // Hidden ones too: a key is hidden from logs that way, and the schema looks at fields by their names.
  for (const name of Object.getOwnPropertyNames(options)) {
    const field = FIELDS.get(name);
    if (field === undefined) return undefined;
    const value = options[name];
    if (value === undefined) continue;
    const result = field.safeParse(value);
    if (!result.success) return undefined;
    parsed[name] = result.data;
  }
  return parsed;
};

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const place = (path: string): string => (path === '' ? '`options`' : `\`options.${path}\``);

const positive = z.custom<number>((value) => typeof value === 'number' && value > 0, 'must be a number above 0');
const count = z.int().min(0).optional();
const number = z.number().optional();
const flag = z.boolean().optional();
const effort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']);
const name = z.string().min(1);

const reasoning = z.strictObject({
  effort: effort.optional(),
  maxTokens: z.int().min(1).optional(),
  exclude: flag,
} satisfies Record<keyof ReasoningOptions, z.ZodType>);

const jsonSchemaFormat = z.strictObject({
  type: z.literal('json_schema'),
  name,
  // Told apart and checked where it is converted.
  schema: z.custom((value) => typeof value === 'object' && value !== null, 'must be a zod schema or a JSON Schema'),
  strict: flag,
} satisfies Record<keyof JsonSchemaFormat, z.ZodType>);

const timeouts = z.strictObject({
  connectMs: positive.optional(),
  headersMs: positive.optional(),
  idleMs: positive.optional(),
  contentMs: positive.optional(),
  afterFinishMs: positive.optional(),
  totalMs: positive.optional(),
} satisfies Record<keyof Timeouts, z.ZodType>);

const limits = z.strictObject({
  maxEventBytes: positive.optional(),
  maxErrorBodyBytes: positive.optional(),
  maxStreamBytes: positive.optional(),
  maxJsonDepth: positive.optional(),
  maxChoices: positive.optional(),
  maxToolCalls: positive.optional(),
  maxToolInputBytes: positive.optional(),
} satisfies Record<keyof Limits, z.ZodType>);

/** Not by `instanceof`: a signal or a dispatcher may come from another realm or another copy of its package. */
const having = (method: string, what: string): z.ZodType =>
  z.custom(
    (value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function',
    `must be ${what}`,
  );

const fields = {
  temperature: number,
  topP: number,
  topK: number,
  maxTokens: count,
  stop: z.union([z.string(), z.array(z.string())], 'must be a string or strings').optional(),
  seed: z.int().optional(),
  n: z.int().min(1).optional(),
  logprobs: flag,
  topLogprobs: count,
  frequencyPenalty: number,
  presencePenalty: number,
  logitBias: z.record(z.string(), z.number()).optional(),
  toolChoice: z
    .union([z.enum(['auto', 'none', 'required']), z.strictObject({ name })], "must be 'auto', 'none', 'required' or { name }")
    .optional(),
  parallelToolCalls: flag,
  responseFormat: z
    .union(
      [z.enum(['text', 'json_object']), jsonSchemaFormat, z.custom((value) => typeof value === 'object' && value !== null && '_zod' in value)],
      "must be 'text', 'json_object', a zod 4 schema or { type: 'json_schema', name, schema }",
    )
    .optional(),
  reasoning: z
    .union([z.boolean(), effort, reasoning], 'must be an effort, a boolean or { effort, maxTokens, exclude }')
    .optional(),
  user: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  serviceTier: z.string().optional(),
  store: flag,
  extraBody: z.record(z.string(), z.unknown()).optional(),
  apiKey: z
    .custom(
      (key) => key === null || typeof key === 'string' || typeof key === 'function',
      'must be a string, a function or null',
    )
    .optional(),
  headers: z.record(z.string(), z.string()).optional(),
  signal: having('addEventListener', 'an AbortSignal').optional(),
  dispatcher: having('dispatch', 'an undici dispatcher').optional(),
  timeouts: timeouts.optional(),
  limits: limits.optional(),
  onBadFrame: z.enum(['error', 'warn']).optional(),
  includeHeartbeats: flag,
  includeRaw: flag,
} satisfies Record<keyof CallOptions, z.ZodType>;

const FIELDS: ReadonlyMap<string, z.ZodType> = new Map(Object.entries(fields));

const schema = z.strictObject(fields);

/** A nested name may be mistyped, too, or be looked for at the top. */
const NAMES: readonly string[] = [fields, timeouts.shape, limits.shape, reasoning.shape].flatMap((one) => Object.keys(one));

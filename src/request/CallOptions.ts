import type { z } from 'zod';
import type { ReasoningEffort } from '../model/Model.ts';
import type { ApiKey } from './resolveApiKey.ts';
import type { DispatcherLike } from './DispatcherLike.ts';
import type { Limits } from './Limits.ts';
import type { Timeouts } from './Timeouts.ts';
import type { JsonSchema } from './Tool.ts';

/** How much the model may think. `maxTokens` and `exclude` have a form only in OpenRouter's dialect. */
export interface ReasoningOptions {
  readonly effort?: ReasoningEffort | undefined;
  /** How many tokens the reasoning may take. */
  readonly maxTokens?: number | undefined;
  /** Whether the reasoning stays at the endpoint. */
  readonly exclude?: boolean | undefined;
}

/** An answer that fits a schema. */
export interface JsonSchemaFormat {
  readonly type: 'json_schema';
  readonly name: string;
  /** A zod 4 schema or a JSON Schema. */
  readonly schema: z.ZodType | JsonSchema;
  /**
   * Whether the endpoint must hold the model to the schema exactly. A zod schema is then written by the rules of strict mode: a
   * field that may be missing becomes one that may be `null`, which `parseAnswer` reads as missing.
   */
  readonly strict?: boolean | undefined;
}

/** What the model is asked for. Absent fields are not sent: the endpoint's own defaults apply. */
export interface SamplingOptions {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  /** How many tokens the answer may have. */
  readonly maxTokens?: number | undefined;
  readonly stop?: string | readonly string[] | undefined;
  readonly seed?: number | undefined;
  /** How many choices to make. */
  readonly n?: number | undefined;
  readonly logprobs?: boolean | undefined;
  /** How many alternatives to report for each token; asks for `logprobs` as well. */
  readonly topLogprobs?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  /** From token to bias. */
  readonly logitBias?: Readonly<Record<string, number>> | undefined;
  /** Whether a tool is called: as the model likes, never, in any case, or this one. */
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly parallelToolCalls?: boolean | undefined;
  /** The form of the answer. A zod schema alone is called `answer`, and strict where strict mode has a form for all of it. */
  readonly responseFormat?: 'text' | 'json_object' | JsonSchemaFormat | z.ZodType | undefined;
  /** Whether and how much the model thinks first. `true` leaves the effort to the model, `false` asks it not to. */
  readonly reasoning?: boolean | ReasoningEffort | ReasoningOptions | undefined;
  /** Who the call is made for. */
  readonly user?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly serviceTier?: string | undefined;
  readonly store?: boolean | undefined;
  /**
   * Body fields in the wire's own words. They win over everything this package writes except `stream`; one that is
   * `undefined` takes a field out.
   */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
}

/** Everything a call can be told. A name that is not listed here is refused, so that a typo does not pass in silence. */
export interface CallOptions extends SamplingOptions {
  /** The key. @defaultValue the environment variable of the call's vendor, sent to that vendor's host only */
  readonly apiKey?: ApiKey | undefined;
  /** They win over the model's headers and over the defaults; `authorization` replaces the key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Ends the call with an `aborted` error. */
  readonly signal?: AbortSignal | undefined;
  /** An undici dispatcher of the caller's own: a proxy, a pool, a mock. */
  readonly dispatcher?: DispatcherLike | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Whether a damaged frame ends the call or is a warning. @defaultValue `error` */
  readonly onBadFrame?: 'error' | 'warn' | undefined;
  /** Whether keep-alives become events. @defaultValue false */
  readonly includeHeartbeats?: boolean | undefined;
  /** Whether every chunk comes as sent, too. @defaultValue false */
  readonly includeRaw?: boolean | undefined;
}

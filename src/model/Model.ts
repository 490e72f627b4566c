/** How hard a model thinks before it answers. */
export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

/**
 * What an endpoint wants differently from the others. Each is derived from the endpoint's host where it is absent, or learned
 * when the endpoint refuses a request and says why, which costs a request: then the same request goes out as the endpoint
 * wants it, with a `manners_learned` warning. What stands here is never learned over.
 */
export interface ModelManners {
  /** Whether usage is asked for (`stream_options.include_usage`). @defaultValue true, except at api.mistral.ai */
  readonly includeUsage?: boolean | undefined;
  /**
   * The body field `maxTokens` goes out as.
   * @defaultValue `max_completion_tokens` at api.openai.com and Azure OpenAI, `max_tokens` elsewhere
   */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens' | undefined;
  /** The role of `systemPrompt`. @defaultValue `system` */
  readonly systemRole?: 'system' | 'developer' | undefined;
  /**
   * The field a former turn's reasoning goes back in. `reasoning` carries the `reasoning_details` as well; `omit` leaves
   * it out with a `reasoning_omitted` warning.
   * @defaultValue `reasoning` at OpenRouter, `reasoning_content` at DeepSeek, Moonshot and Z.ai, `omit` elsewhere
   */
  readonly reasoningReplay?: 'reasoning' | 'reasoning_content' | 'omit' | undefined;
  /**
   * Whether an answer without reasoning goes back with an empty one, as DeepSeek's thinking models may want it.
   * @defaultValue false
   */
  readonly emptyReasoning?: boolean | undefined;
  /** Where reasoning stands in a delta, in place of the usual fields. */
  readonly reasoningFields?: readonly string[] | undefined;
  /**
   * How reasoning is asked for: OpenRouter's `reasoning` object, or `reasoning_effort`.
   * @defaultValue `openrouter` at OpenRouter, `effort` elsewhere
   */
  readonly reasoningFormat?: 'openrouter' | 'effort' | undefined;
  /**
   * How the ids of tool calls go back: as they came, or as nine letters and digits, made of any other id.
   * @defaultValue `nine_alphanumeric` at api.mistral.ai, `as_given` elsewhere
   */
  readonly toolCallIds?: 'as_given' | 'nine_alphanumeric' | undefined;
}

/** What every model has in common. */
export interface ModelFields extends ModelManners {
  /** The label of the provider in events and errors; for a compatible endpoint it also chooses the environment key. */
  readonly provider: string;
  /** The model's name as the endpoint knows it. */
  readonly id: string;
  /** The endpoint: a whole address ending in `/chat/completions`, or a base ending in `/v1`. */
  readonly baseUrl: string;
  /** A name for people; never sent. */
  readonly name?: string | undefined;
  /** Sent with every call; a call's own `headers` win. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * The `reasoning` of calls that say nothing about it. `false` says the model does not reason: nothing is sent, whereas
   * `false` in a call's options asks a reasoning model not to.
   */
  readonly reasoning?: boolean | ReasoningEffort | undefined;
  /** How many tokens prompt and answer may have together; for the caller's own arithmetic, never sent. */
  readonly contextWindow?: number | undefined;
  /** How many tokens the model can answer at most; for the caller's own arithmetic, never sent. */
  readonly maxTokens?: number | undefined;
}

/** A model behind OpenRouter, or behind a gateway that speaks its dialect. */
export interface OpenRouterModel extends ModelFields {
  readonly kind: 'openrouter';
  /** OpenRouter's provider preferences (`order`, `only`, `sort`, …), sent verbatim as `provider`. */
  readonly openrouterProvider?: Readonly<Record<string, unknown>> | undefined;
  /** OpenRouter's `route`. */
  readonly openrouterRoute?: string | undefined;
  /** Whether the two fields above go out. @defaultValue only to OpenRouter itself */
  readonly sendRouting?: boolean | undefined;
}

/** A model behind any endpoint that understands OpenAI's `/chat/completions`. */
export interface OpenAICompatModel extends ModelFields {
  readonly kind: 'openai-compat';
}

/** A plain frozen object: which model, where, and how to speak to it. Both calls take either kind. */
export type Model = OpenRouterModel | OpenAICompatModel;

/** What an answer cost, in US dollars. */
export interface UsageCost {
  /** What the caller is charged. Never includes `upstream`. */
  readonly total: number;
  readonly currency: 'USD';
  /** What the provider behind a router charges; with `byok` it bills the caller's own account there. */
  readonly upstream?: number;
  /** The part for the prompt, as itemised; a router itemises upstream's prices, which need not add up to `total`. */
  readonly input?: number;
  /** The part for the answer, itemised like `input`. */
  readonly output?: number;
  /** Whether the caller's own key for the upstream provider was used. */
  readonly byok?: boolean;
  readonly source: 'provider' | 'priced' | 'estimated';
}

/** What an answer used, in tokens. What is not known is absent; an explicit 0 is a 0. */
export interface Usage {
  /** Tokens of the prompt as reported; `cacheIncluded` says whether the cached ones are among them. */
  readonly input?: number;
  /** Tokens of the answer as reported; `reasoningIncluded` says whether the reasoning is among them. */
  readonly output?: number;
  /** As reported, never corrected; where nothing is reported, the sum of `input` and `output` if both are known. */
  readonly total?: number;
  /** Prompt tokens that came from the endpoint's cache. */
  readonly cacheRead?: number;
  /** Prompt tokens that were written to the endpoint's cache. */
  readonly cacheWrite?: number;
  readonly reasoning?: number;
  readonly audioIn?: number;
  readonly audioOut?: number;
  readonly imageIn?: number;
  readonly imageOut?: number;
  /** Tokens of a predicted output that appear in the answer. */
  readonly acceptedPrediction?: number;
  /** Tokens of a predicted output that do not, and are billed all the same. */
  readonly rejectedPrediction?: number;
  readonly cost?: UsageCost;
  /** Whether `output` contains `reasoning`; absent where the figures do not decide it. */
  readonly reasoningIncluded?: boolean;
  /** Whether `input` contains `cacheRead` and `cacheWrite`; absent where the figures do not decide it. */
  readonly cacheIncluded?: boolean;
  /** `derived` where a figure other than `total` is worked out from others, `estimated` where one is guessed. */
  readonly source: 'reported' | 'derived' | 'estimated';
  /** The endpoint's own object, deep-frozen; of several, the latest value of each field. An array after `addUsage`. */
  readonly raw: unknown;
}

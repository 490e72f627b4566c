/** What is known of an endpoint that its figures alone do not say. Wins over what the figures suggest. */
export interface UsageQuirks {
  /**
   * Whether the reported output contains the reasoning. DeepInfra's Gemini leaves it out of output and total alike, which
   * no arithmetic can tell from a server that miscounts.
   *
   * @defaultValue inferred
   */
  readonly reasoningIncluded?: boolean | undefined;
  /**
   * Whether the reported input contains the tokens read from and written to the cache.
   *
   * @defaultValue inferred
   */
  readonly cacheIncluded?: boolean | undefined;
  /**
   * Set for endpoints whose total counts thoughts they do not itemise (Gemini): what the total leaves over input and output
   * becomes `reasoning`, outside of `output`.
   *
   * @defaultValue false
   */
  readonly hiddenReasoning?: boolean | undefined;
}

import type { JsonObject } from './JsonObject.ts';

/** Token counts by this package's names. */
export interface UsageReportConfig {
  readonly input?: number;
  readonly output?: number;
  /** @defaultValue `input + output` */
  readonly total?: number;
  readonly cacheRead?: number;
  readonly reasoning?: number;
}

/** A usage object in OpenAI's shape, to be given to `chunk` or `completion`. */
export const usageReport = ({ input = 0, output = 0, total, cacheRead, reasoning }: UsageReportConfig): JsonObject => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: total ?? input + output,
  ...(cacheRead === undefined ? {} : { prompt_tokens_details: { cached_tokens: cacheRead } }),
  ...(reasoning === undefined ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
});

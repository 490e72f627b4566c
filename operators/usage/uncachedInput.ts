import type { Usage } from './Usage.ts';

/**
 * Prompt tokens billed at the full price: `input` without those read from or written to the cache, unless these are known
 * to be outside of it anyway. Where the figures leave that open it is the lower bound, and never below 0.
 *
 * @example
 * import { uncachedInput } from 'rx-completions/operators';
 *
 * uncachedInput({ input: 100, cacheRead: 64, cacheIncluded: true, source: 'reported', raw: {} }); // 36
 */
export const uncachedInput = ({ input, cacheRead, cacheWrite, cacheIncluded }: Usage): number | undefined =>
  input === undefined
    ? undefined
    : Math.max(0, input - (cacheIncluded === false ? 0 : (cacheRead ?? 0) + (cacheWrite ?? 0)));

import type { Figures } from './readFigures.ts';
import type { Usage } from './Usage.ts';

/** Figures that cannot all be true, by warning code. None of them is corrected. */
export const contradictionsOf = (figures: Figures, usage: Usage): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const { input, output, reasoning } = usage;
  if (reasoning !== undefined && output !== undefined && reasoning > output && usage.reasoningIncluded !== false)
    found.set('usage_reasoning', 'the endpoint reports more reasoning tokens than output tokens');
  const { cacheRead, cacheMiss } = figures;
  if (cacheRead !== undefined && cacheMiss !== undefined && ![cacheRead + cacheMiss, cacheMiss].includes(input ?? NaN))
    found.set('usage_cache', 'cached and uncached tokens as reported do not add up to the input tokens');
  return found;
};

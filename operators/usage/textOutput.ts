import type { Usage } from './Usage.ts';

/**
 * Tokens of the visible answer: `output` without the reasoning, unless that is known to be outside of it anyway. Where
 * the figures leave that open it is the lower bound, and never below 0.
 *
 * @example
 * import { textOutput } from 'rx-completions/operators';
 *
 * textOutput({ output: 10, reasoning: 4, reasoningIncluded: true, source: 'reported', raw: {} }); // 6
 */
export const textOutput = ({ output, reasoning, reasoningIncluded }: Usage): number | undefined =>
  output === undefined ? undefined : Math.max(0, output - (reasoningIncluded === false ? 0 : (reasoning ?? 0)));

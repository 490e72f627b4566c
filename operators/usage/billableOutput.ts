import type { Usage } from './Usage.ts';

/**
 * All tokens generated and billed: `output`, and the reasoning where it is known to be outside of it.
 *
 * @example
 * import { billableOutput } from 'rx-completions/operators';
 *
 * billableOutput({ output: 10, reasoning: 5, reasoningIncluded: false, source: 'reported', raw: {} }); // 15
 */
export const billableOutput = ({ output, reasoning, reasoningIncluded }: Usage): number | undefined =>
  output === undefined ? undefined : output + (reasoningIncluded === false ? (reasoning ?? 0) : 0);

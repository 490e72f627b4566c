import { definedOf } from './definedOf.ts';
import type { Usage, UsageCost } from './Usage.ts';

/**
 * Adds the usage of two attempts or turns; within one attempt reports replace each other and are never added. A figure
 * known on one side only stands as it is, and one known on neither side stays absent. What the sides disagree on
 * (`reasoningIncluded`, `cacheIncluded`) is absent; `source` is the weaker one; `raw` lists the objects of all summands.
 *
 * @example
 * import { addUsage } from 'rx-completions/operators';
 *
 * addUsage({ output: 3, source: 'reported', raw: {} }, { output: 4, source: 'reported', raw: {} }).output; // 7
 */
export const addUsage = (a: Usage, b: Usage): Usage =>
  definedOf<Usage>({
    input: add(a.input, b.input),
    output: add(a.output, b.output),
    total: add(a.total, b.total),
    cacheRead: add(a.cacheRead, b.cacheRead),
    cacheWrite: add(a.cacheWrite, b.cacheWrite),
    reasoning: add(a.reasoning, b.reasoning),
    audioIn: add(a.audioIn, b.audioIn),
    audioOut: add(a.audioOut, b.audioOut),
    imageIn: add(a.imageIn, b.imageIn),
    imageOut: add(a.imageOut, b.imageOut),
    acceptedPrediction: add(a.acceptedPrediction, b.acceptedPrediction),
    rejectedPrediction: add(a.rejectedPrediction, b.rejectedPrediction),
    cost: addCost(a.cost, b.cost),
    reasoningIncluded: inCommon(a.reasoningIncluded, b.reasoningIncluded, a.reasoning, b.reasoning),
    cacheIncluded: inCommon(
      a.cacheIncluded,
      b.cacheIncluded,
      add(a.cacheRead, a.cacheWrite),
      add(b.cacheRead, b.cacheWrite),
    ),
    source: weaker(a.source, b.source, ['reported', 'derived', 'estimated']),
    raw: [a.raw, b.raw].flat(),
  });

const addCost = (a: UsageCost | undefined, b: UsageCost | undefined): UsageCost | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return definedOf<UsageCost>({
    total: a.total + b.total,
    currency: a.currency,
    upstream: add(a.upstream, b.upstream),
    input: add(a.input, b.input),
    output: add(a.output, b.output),
    byok: a.byok === b.byok ? a.byok : undefined,
    source: weaker(a.source, b.source, ['provider', 'priced', 'estimated']),
  });
};

const add = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : a + b;

/** What holds of both parts. A side that has no such part has no say. */
const inCommon = (
  a: boolean | undefined,
  b: boolean | undefined,
  partOfA: number | undefined,
  partOfB: number | undefined,
): boolean | undefined => {
  if (a === b || (partOfB ?? 0) === 0) return a;
  return (partOfA ?? 0) === 0 ? b : undefined;
};

const weaker = <Source>(a: Source, b: Source, fromStrongToWeak: readonly Source[]): Source =>
  fromStrongToWeak.indexOf(a) > fromStrongToWeak.indexOf(b) ? a : b;

import { definedOf } from './definedOf.ts';
import { inferInclusion } from './inferInclusion.ts';
import type { Figures } from './readFigures.ts';
import type { Usage, UsageCost } from './Usage.ts';
import type { UsageQuirks } from './UsageQuirks.ts';

/** Concludes usage from the figures of an attempt. Nothing is invented: what they do not say stays absent. */
export const toUsage = (figures: Figures, raw: unknown, quirks: UsageQuirks): Usage => {
  const timed = figures.input === undefined ? sum(figures.timedInput, figures.timedCache) : undefined;
  const hidden = quirks.hiddenReasoning === true ? hiddenReasoning(figures) : undefined;
  const input = figures.input ?? timed;
  const output = figures.output ?? figures.timedOutput;
  const cacheRead = figures.cacheRead ?? figures.timedCache;
  const reasoning = figures.reasoning ?? hidden;
  const { total, cacheWrite } = figures;
  return definedOf<Usage>({
    input,
    output,
    total: total ?? sum(input, output),
    cacheRead,
    cacheWrite,
    reasoning,
    audioIn: figures.audioIn,
    audioOut: figures.audioOut,
    imageIn: figures.imageIn,
    imageOut: figures.imageOut,
    acceptedPrediction: figures.acceptedPrediction,
    rejectedPrediction: figures.rejectedPrediction,
    cost: costOf(figures),
    ...inferInclusion(
      { input, output, total, reasoning, cacheRead, cacheWrite },
      {
        reasoningIncluded: quirks.reasoningIncluded ?? (hidden === undefined ? undefined : false),
        // This input was added up from what was computed and what was cached.
        cacheIncluded: quirks.cacheIncluded ?? (timed !== undefined && figures.timedCache !== 0 ? true : undefined),
      },
    ),
    source: timed === undefined && hidden === undefined && output === figures.output ? 'reported' : 'derived',
    raw,
  });
};

/** What a total leaves over its parts, where no reasoning is itemised. */
const hiddenReasoning = ({ input, output, total, reasoning }: Figures): number | undefined => {
  const parts = sum(input, output);
  return reasoning === undefined && parts !== undefined && total !== undefined && total > parts ? total - parts : undefined;
};

/** Upstream's price is never added: with the caller's own key it is billed elsewhere, without it is part of the total. */
const costOf = (figures: Figures): UsageCost | undefined => {
  const total = figures.cost ?? (figures.costTicks === undefined ? undefined : figures.costTicks / TICKS_PER_USD);
  if (total === undefined) return undefined;
  return definedOf<UsageCost>({
    total,
    currency: 'USD',
    upstream: figures.upstreamCost,
    input: figures.inputCost,
    output: figures.outputCost,
    byok: figures.byok,
    source: 'provider',
  });
};

/** xAI's unit of money. */
const TICKS_PER_USD = 1e10;

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;

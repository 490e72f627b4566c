import type { MeasureEvent } from './MeasureEvent.ts';

/** Keeps the times between deltas. */
export interface Gaps {
  add(ms: number): void;
  read(): NonNullable<MeasureEvent['betweenDeltasMs']> | undefined;
}

/** Of a longer answer the percentiles are those of its latest gaps. */
const MAX_GAPS = 4096;

export const createGaps = (): Gaps => {
  const latest: number[] = [];
  let count = 0;
  let max = 0;
  return {
    add: (ms) => {
      latest[count % MAX_GAPS] = ms;
      count += 1;
      max = Math.max(max, ms);
    },
    read: () => {
      if (count === 0) return undefined;
      const sorted = [...latest].sort((left, right) => left - right);
      const percentile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? max;
      return { p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99), max };
    },
  };
};

import { expectConfig } from '../expectConfig.ts';

/** Config of `latencyHistory`. */
export interface LatencyHistoryConfig {
  /**
   * How many of the latest times are kept.
   *
   * @defaultValue 200
   */
  readonly maxSamples?: number;
  /**
   * How many times it takes to say anything.
   *
   * @defaultValue 20
   */
  readonly minSamples?: number;
}

/** How long endpoints have taken to their first content of late. */
export interface LatencyHistory {
  /** How many times are kept. */
  readonly samples: number;
  record(ms: number): void;
  /** The time, in milliseconds, that so many percent of the calls kept to; `undefined` before there are enough. */
  percentile(percent: number): number | undefined;
}

/**
 * Remembers how long calls took to their first content, so that `hedgeCall` learns what is slow. Share one per model and
 * endpoint. Holds `maxSamples` numbers; the oldest makes room.
 *
 * @example
 * import { latencyHistory } from 'rx-completions/operators';
 *
 * const latencies = latencyHistory({ minSamples: 3 });
 * for (const ms of [300, 200, 900]) latencies.record(ms);
 * console.log(latencies.percentile(50), latencies.percentile(95)); // 300 900
 *
 * @throws `CompletionError` with code `config`, when called with an option that is not known.
 * @see hedgeCall
 */
export const latencyHistory = (config: LatencyHistoryConfig = {}): LatencyHistory => {
  expectConfig('latencyHistory', config, { maxSamples: true, minSamples: true });
  const { maxSamples = 200, minSamples = 20 } = config;
  const times: number[] = [];
  let oldest = 0;

  return {
    get samples() {
      return times.length;
    },
    record: (ms) => {
      if (times.length < maxSamples) times.push(ms);
      else {
        times[oldest] = ms;
        oldest = (oldest + 1) % maxSamples;
      }
    },
    percentile: (percent) => {
      if (times.length < Math.max(1, minSamples)) return undefined;
      const ranked = times.toSorted((one, other) => one - other);
      return ranked[Math.min(Math.max(Math.ceil((percent / 100) * ranked.length), 1), ranked.length) - 1];
    },
  };
};

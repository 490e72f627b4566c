import { configError } from '../../src/errors/configError.ts';
import type { StreamEvent } from '../../src/events/StreamEvent.ts';
import { createUsageNormalizer, type NormalizeUsageConfig, type UsageEvent } from '../normalizeUsage.ts';
import { amount } from '../usage/figure.ts';
import type { Usage, UsageCost } from '../usage/Usage.ts';
import { without } from '../without.ts';

/** How a usage meter reckons. */
export interface UsageMeterConfig {
  /**
   * How many tokens a piece of an answer is; pieces are added up.
   *
   * @defaultValue a quarter of its length, as in English prose; Chinese has about one per character
   */
  readonly estimate?: ((delta: string) => number) | undefined;
  /**
   * Prices in US dollars what the endpoint did not price, estimates included; `undefined` where the price is not known. See
   * `priceList`.
   *
   * @defaultValue none: only what the endpoint says costs anything
   */
  readonly priceOf?: NormalizeUsageConfig['priceOf'] | undefined;
}

/** Knows at any time what the attempt at hand has used: as reported, and estimated for what has come since. */
export interface UsageMeter {
  push(event: StreamEvent | UsageEvent): void;
  /** Absent while nothing has come. */
  usage(): Usage | undefined;
}

export const createUsageMeter = ({ estimate = quarter, priceOf }: UsageMeterConfig): UsageMeter => {
  let reported: Usage | undefined;
  let sinceThen = 0;
  let model: string | undefined;
  const tokensOf = (delta: string): number => {
    const tokens = estimate(delta);
    // NaN would be within any budget, for ever.
    if (tokens >= 0) return tokens;
    throw configError('`estimate` must give a number of tokens');
  };
  const take = (usage: UsageEvent): void => {
    reported = without(usage, 'type');
    sinceThen = 0;
  };
  const normalizer = createUsageNormalizer({})((event) => {
    if (event.type === 'usage') take(event);
  });

  const withPrice = (usage: Usage, source: UsageCost['source']): Usage => {
    const total = usage.cost === undefined ? amount(priceOf?.(usage, model)) : undefined;
    return total === undefined ? usage : { ...usage, cost: { total, currency: 'USD', source } };
  };

  return {
    push: (event) => {
      switch (event.type) {
        case 'usage':
          take(event);
          return;
        case 'text_delta':
        case 'reasoning_delta':
        case 'refusal_delta':
          sinceThen += tokensOf(event.delta);
          return;
        case 'tool_call_delta':
          sinceThen += tokensOf((event.name ?? '') + event.delta);
          return;
        case 'start':
          ({ model } = event.endpoint);
          break;
        case 'response':
          model = event.model ?? model;
      }
      if (event.type === 'start' || event.type === 'retry' || event.type === 'fallback') {
        reported = undefined;
        sinceThen = 0;
      }
      normalizer.push(event);
    },
    usage: () => {
      if (sinceThen === 0) return reported && withPrice(reported, 'priced');
      const kept = reported === undefined ? {} : without(reported, 'cost', 'total');
      const output = Math.ceil((reported?.output ?? 0) + sinceThen);
      const total = reported?.total === undefined ? {} : { total: Math.ceil(reported.total + sinceThen) };
      const usage = withPrice({ ...kept, output, ...total, source: 'estimated', raw: reported?.raw ?? null }, 'estimated');
      // What has come since is not free, but without a price the last word of the endpoint is all there is.
      return usage.cost === undefined && reported?.cost !== undefined ? { ...usage, cost: reported.cost } : usage;
    },
  };
};

const quarter = (delta: string): number => delta.length / 4;

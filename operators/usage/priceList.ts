import { configError } from '../../src/errors/configError.ts';
import { redact } from '../../src/errors/redact.ts';
import { billableOutput } from './billableOutput.ts';
import { uncachedInput } from './uncachedInput.ts';
import type { Usage } from './Usage.ts';

/** What a model costs, in US dollars per million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** @defaultValue as `input` */
  readonly cacheRead?: number | undefined;
  /** @defaultValue as `input` */
  readonly cacheWrite?: number | undefined;
}

/**
 * Makes a `priceOf` of prices per million tokens, by model. A model that answers under its dated name
 * (`gpt-4o-mini-2024-07-18`) costs what the name without the date costs; one that is not in the list has no price.
 *
 * @example
 * import { priceList } from 'rx-completions/operators';
 *
 * const priceOf = priceList({ 'gpt-4o-mini': { input: 0.15, output: 0.6, cacheRead: 0.075 } });
 * priceOf({ input: 1000, output: 500, source: 'reported', raw: {} }, 'gpt-4o-mini-2024-07-18'); // 0.00045
 *
 * @throws `CompletionError` with code `config`, when called with a price that is none.
 */
export const priceList = (prices: Readonly<Record<string, ModelPrice>>): ((usage: Usage, model: string | undefined) => number | undefined) => {
  const byModel = new Map(Object.entries(prices));
  for (const [model, price] of byModel)
    for (const amount of Object.values(price) as (number | undefined)[])
      if (amount !== undefined && !(amount >= 0)) throw configError(`a price of ${redact(model)} is no amount per million tokens`);
  return (usage, model = '') => {
    const price = byModel.get(model) ?? byModel.get(model.replace(DATE, ''));
    return price && costOf(usage, price);
  };
};

/** `-2024-07-18`, `-20250514`, `-0613`, `-001`. */
const DATE = /[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3,4})$/;

const costOf = (usage: Usage, { input, output, cacheRead = input, cacheWrite = input }: ModelPrice): number | undefined => {
  const fresh = uncachedInput(usage);
  const written = billableOutput(usage);
  if (fresh === undefined && written === undefined) return undefined;
  const total =
    (fresh ?? 0) * input + (usage.cacheRead ?? 0) * cacheRead + (usage.cacheWrite ?? 0) * cacheWrite + (written ?? 0) * output;
  return total / 1e6;
};

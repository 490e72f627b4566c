import { retryBudget, type RetryBudget, type RetryBudgetConfig } from '../retry/retryBudget.ts';
import { expectConfig } from '../expectConfig.ts';

/** Config of `hedgeBudget`. */
export type HedgeBudgetConfig = Pick<RetryBudgetConfig, 'ratio' | 'maxTokens'>;

/**
 * Bounds the extra calls of `hedgeCall`: each call adds `ratio` of one (0.1), each hedge takes a whole one, at most
 * `maxTokens` (10) are saved up, and a new budget has them all. Where everything is slow, hedging each call would double the
 * load that made it slow. Share one per endpoint.
 *
 * @example
 * import { hedgeBudget } from 'rx-completions/operators';
 *
 * const budget = hedgeBudget({ ratio: 0.05, maxTokens: 1 });
 * console.log(budget.withdraw(), budget.withdraw()); // true, false
 *
 * @throws `CompletionError` with code `config`, when called with an option that is not known.
 * @see hedgeCall
 */
export const hedgeBudget = (config: HedgeBudgetConfig = {}): RetryBudget => {
  expectConfig('hedgeBudget', config, { ratio: true, maxTokens: true });
  // Time alone earns no hedge: a call that nobody makes is never slow.
  return retryBudget({ ...config, minPerSecond: 0 });
};

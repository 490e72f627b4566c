import { asyncScheduler, defer, map, takeUntil, timer, type Observable, type ObservableInput, type SchedulerLike } from 'rxjs';
import { configError } from '../src/errors/configError.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { WarningEvent } from '../src/events/WarningEvent.ts';
import { createBudgetWatch, type BudgetWatch } from './budget/createBudgetWatch.ts';
import { createPriceWatch } from './budget/createPriceWatch.ts';
import type { UsageMeterConfig } from './budget/createUsageMeter.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { lift } from './lift.ts';
import { MAX_TIMER_MS } from './recovery/MAX_TIMER_MS.ts';

/** Config of `takeWhileBudget`. */
export interface TakeWhileBudgetConfig extends UsageMeterConfig {
  /**
   * How many tokens may be used: those of the prompt as soon as they are reported, those of the answer while they come.
   *
   * @defaultValue no limit
   */
  readonly tokens?: number | undefined;
  /**
   * How many US dollars may be spent, by the endpoint's word or by `priceOf`. What neither prices costs nothing here, and a
   * `warning` says so.
   *
   * @defaultValue no limit
   */
  readonly usd?: number | undefined;
  /**
   * How long it may take from subscription to the end, in milliseconds.
   *
   * @defaultValue no limit
   */
  readonly ms?: number | undefined;
  /**
   * The clock of `ms`.
   *
   * @defaultValue asyncScheduler
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Passes everything on while the budget lasts. The event that exceeds it is still passed on, then the source is
 * unsubscribed, which closes its socket, and a `budget` error says which budget is spent. Behind it, `collectMessage` puts
 * what has come into the error's `partial`.
 *
 *     in:   s-t-t-t-t-…
 *     out:  s-t-t-(t#)             the third piece is one too many
 *
 * While the model writes, its tokens are estimated; a report replaces the estimate of all that came before it. Attempts add
 * up, since one that was given up is paid for as well, and so do the turns of `runTools`. An answer that has finished is let
 * through even where its last report exceeds the budget, as nothing is left to be saved; a tool result or another attempt
 * behind it is not. Reads calls as they are, and behind `normalizeUsage`.
 *
 * Where money is limited and an attempt's report, or its end, comes without a price that the endpoint or `priceOf` knows, the
 * budget cannot be exceeded by it: a `warning` (`no_price`) comes before it, once per attempt, so once per turn of `runTools`.
 *
 * @example
 * import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
 * import { priceList, takeWhileBudget } from 'rx-completions/operators';
 *
 * const model = openAICompatModel({ provider: 'openai', id: 'gpt-4o-mini' });
 * const call = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Tell me a story' }] });
 * const priceOf = priceList({ 'gpt-4o-mini': { input: 0.15, output: 0.6 } });
 * const bounded = call.pipe(takeWhileBudget({ usd: 0.001, tokens: 2000, ms: 30_000, priceOf }));
 *
 * @throws `CompletionError` with code `budget`, as a notification; with code `config`, when called without any budget.
 * @see estimateUsage
 */
export const takeWhileBudget = (config: TakeWhileBudgetConfig): EventOperator<WarningEvent> => {
  expectConfig('takeWhileBudget', config, FIELDS);
  const { tokens, usd, ms, scheduler = asyncScheduler } = config;
  if (tokens === undefined && usd === undefined && ms === undefined) throw configError('`takeWhileBudget` needs `tokens`, `usd` or `ms`');
  expectAmount('takeWhileBudget', { tokens: tokens ?? 0, usd: usd ?? 0, ms: ms ?? 0 }, 0);
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E | WarningEvent> =>
    defer(() => {
      const watch = createBudgetWatch(config);
      const events = source as unknown as ObservableInput<StreamEvent>;
      // It gives out what it takes in and warnings, and looks into events of known types only, which have one shape each.
      const watched = lift(watch.read)(usd === undefined ? events : lift(createPriceWatch(config))(events)) as unknown as Observable<E | WarningEvent>;
      return ms === undefined || ms > MAX_TIMER_MS ? watched : watched.pipe(takeUntil(expiry(watch, ms, scheduler)));
    });
};

const FIELDS: ConfigFields<TakeWhileBudgetConfig> = { tokens: true, usd: true, ms: true, estimate: true, priceOf: true, scheduler: true };

const expiry = (watch: BudgetWatch, ms: number, scheduler: SchedulerLike): Observable<never> =>
  timer(ms, scheduler).pipe(
    map(() => {
      throw watch.fail(`${ms} ms is spent`);
    }),
  );

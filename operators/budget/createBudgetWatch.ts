import { CompletionError } from '../../src/errors/CompletionError.ts';
import type { StreamEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import { createFinishWatch } from '../choices/createFinishWatch.ts';
import type { WasteEvent } from '../hedge/WasteEvent.ts';
import type { ToolResultEvent } from '../loop/LoopEvent.ts';
import type { UsageEvent } from '../normalizeUsage.ts';
import { createWhereabouts } from '../recovery/createWhereabouts.ts';
import { billableOutput } from '../usage/billableOutput.ts';
import type { Usage } from '../usage/Usage.ts';
import { createUsageMeter, type UsageMeterConfig } from './createUsageMeter.ts';

export interface BudgetWatchConfig extends UsageMeterConfig {
  readonly tokens?: number | undefined;
  readonly usd?: number | undefined;
}

type Watched = StreamEvent | UsageEvent | WasteEvent | ToolResultEvent;

/** One subscription's watch over what is spent. */
export interface BudgetWatch {
  readonly read: Stage<Watched, Watched>;
  /** The error of a budget that is spent. */
  fail(spent: string): CompletionError;
}

export const createBudgetWatch = (config: BudgetWatchConfig): BudgetWatch => {
  const { tokens = Infinity, usd = Infinity } = config;
  const finish = createFinishWatch();
  const meter = createUsageMeter(config);
  // Of the attempts before the one at hand: given up or not, they are paid for.
  let tokensBefore = 0;
  let usdBefore = 0;
  const whereabouts = createWhereabouts();

  const book = (usage: Usage | undefined): void => {
    tokensBefore += tokensOf(usage);
    usdBefore += usage?.cost?.total ?? 0;
  };

  const bookWaste = ({ report, endpoint: wasted }: WasteEvent): void => {
    if (report === undefined) return;
    const apart = createUsageMeter(config);
    if (wasted !== undefined) apart.push({ type: 'start', attempt: 1, endpoint: wasted, status: 200 });
    apart.push({ type: 'usage_report', report });
    book(apart.usage());
  };

  const fail = (spent: string): CompletionError =>
    new CompletionError('budget', { message: `the budget of ${spent}`, ...whereabouts.details() });

  const check = (): void => {
    const usage = meter.usage();
    const tokensSpent = tokensBefore + tokensOf(usage);
    if (tokensSpent > tokens) throw fail(`${tokens} tokens is spent (${tokensSpent})`);
    const usdSpent = usdBefore + (usage?.cost?.total ?? 0);
    if (usdSpent > usd) throw fail(`${usd} US dollars is spent (${Number(usdSpent.toPrecision(6))})`);
  };

  return {
    fail,
    read: (emit) => ({
      push: (event) => {
        const goesOn = event.type === 'start' || event.type === 'retry' || event.type === 'fallback';
        if (goesOn) book(meter.usage());
        whereabouts.push(event);
        if (event.type === 'waste') bookWaste(event);
        else if (event.type !== 'tool_result') meter.push(event);
        finish.push(event);
        emit(event);
        // A whole answer is paid for and let through; only what would come after it can still be saved.
        if (goesOn || event.type === 'tool_result' || !finish.isFinished()) check();
      },
      flush: () => undefined,
    }),
  };
};

const tokensOf = (usage: Usage | undefined): number =>
  usage === undefined ? 0 : (usage.total ?? (usage.input ?? 0) + (billableOutput(usage) ?? 0));

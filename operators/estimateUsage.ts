import type { StreamEvent } from '../src/events/StreamEvent.ts';
import { isContent } from '../src/events/isContent.ts';
import type { Stage } from '../src/stage.ts';
import { createUsageMeter, type UsageMeterConfig } from './budget/createUsageMeter.ts';
import type { EventOperator } from './EventOperator.ts';
import { expectConfig } from './expectConfig.ts';
import { liftEvents } from './liftEvents.ts';
import type { UsageEvent } from './normalizeUsage.ts';

/** Config of `estimateUsage`. */
export type EstimateUsageConfig = UsageMeterConfig;

/**
 * Follows each piece of the answer with a `usage` that is `estimated`, for meters that run while the model writes, and for
 * endpoints that report nothing. As ever, the latest `usage` is the one that counts: a report replaces the estimate, and what
 * comes after it is estimated on top of it. Without `priceOf` an estimate costs what was reported last. Resets on `start`.
 *
 *     in:   s-t---t---f-n-d|      n = usage_report
 *     out:  s-(tu)(tu)f-n-d|      u = usage; put `normalizeUsage` before it, and n becomes one
 *
 * @example
 * import { of } from 'rxjs';
 * import { estimateUsage } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Hello you' } as const)
 *   .pipe(estimateUsage())
 *   .subscribe((event) => console.log(event)); // text_delta, usage with output 3, source 'estimated'
 *
 * @see takeWhileBudget
 */
export const estimateUsage = (config: EstimateUsageConfig = {}): EventOperator<UsageEvent> => {
  expectConfig('estimateUsage', config, { estimate: true, priceOf: true });
  return liftEvents<UsageEvent>(createUsageEstimator(config));
};

const createUsageEstimator =
  (config: EstimateUsageConfig): Stage<StreamEvent, StreamEvent | UsageEvent> =>
  (emit) => {
    const meter = createUsageMeter(config);
    return {
      push: (event) => {
        meter.push(event);
        emit(event);
        const usage = isContent(event) ? meter.usage() : undefined;
        if (usage?.source === 'estimated') emit({ type: 'usage', ...usage });
      },
      flush: () => undefined,
    };
  };

import type { StreamEvent, UsageReportEvent } from '../src/events/StreamEvent.ts';
import type { WarningEvent } from '../src/events/WarningEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { EventOperator } from './EventOperator.ts';
import { liftEvents } from './liftEvents.ts';
import { contradictionsOf } from './usage/contradictionsOf.ts';
import { amount } from './usage/figure.ts';
import { mergeReports } from './usage/mergeReports.ts';
import { readFigures, type Figures, type Report } from './usage/readFigures.ts';
import { toUsage } from './usage/toUsage.ts';
import type { Usage } from './usage/Usage.ts';
import type { UsageQuirks } from './usage/UsageQuirks.ts';
import { expectConfig } from './expectConfig.ts';

/** Config of `normalizeUsage`. */
export interface NormalizeUsageConfig {
  /**
   * What is known of the endpoint that its figures do not say.
   *
   * @defaultValue none: what the figures do not decide stays undecided
   */
  readonly quirks?: UsageQuirks | undefined;
  /**
   * Prices an answer in US dollars where the endpoint did not; `undefined` where the price is not known. `model` is the one
   * that answers, or the one asked for where the endpoint does not say.
   *
   * @defaultValue none: an answer without a price has no `cost`
   */
  readonly priceOf?: (usage: Usage, model: string | undefined) => number | undefined;
}

/** What the attempt has used so far. Replaces the one before it: never to be added up. */
export interface UsageEvent extends Usage {
  readonly type: 'usage';
}

/**
 * Turns each `usage_report` into a `usage` event in one vocabulary, whatever the endpoint's names. A report without any
 * figure vanishes.
 *
 * Reports of one attempt replace each other field by field, so the latest event is the one that counts, however many came;
 * a later `null` erases nothing. What is unknown is absent. Figures that cannot be used or contradict each other give a
 * `warning` (`usage_figure`, `usage_reasoning`, `usage_cache`), once per code and attempt, before the event. Resets on
 * `start`. What `priceOf` throws becomes the error notification.
 *
 *     in:   s-t-n-t-n-f-d|      n = usage_report
 *     out:  s-t-u-t-u-f-d|
 *
 * @example
 * import { of } from 'rxjs';
 * import { normalizeUsage } from 'rx-completions/operators';
 *
 * of({ type: 'usage_report', report: { prompt_tokens: 9, completion_tokens: 2 } })
 *   .pipe(normalizeUsage())
 *   .subscribe((event) => console.log(event)); // usage with input 9, output 2, total 11
 *
 * @see billableOutput, textOutput, uncachedInput and addUsage for what to do with the figures
 */
export const normalizeUsage = (config: NormalizeUsageConfig = {}): EventOperator<UsageEvent | WarningEvent> => {
  expectConfig('normalizeUsage', config, { quirks: true, priceOf: true });
  return liftEvents<UsageEvent | WarningEvent>(createUsageNormalizer(config));
};

/** The stage of `normalizeUsage`. */
export const createUsageNormalizer =
  ({ quirks = {}, priceOf }: NormalizeUsageConfig): Stage<StreamEvent, StreamEvent | UsageEvent> =>
  (emit) => {
    let figures: Figures = {};
    let raw: Report = {};
    let model: string | undefined;
    const warned = new Set<string>();

    const warnOnce = (message: string, code: string): void => {
      if (warned.has(code)) return;
      warned.add(code);
      emit({ type: 'warning', code, message });
    };
    const read = ({ report }: UsageReportEvent): void => {
      const news = readFigures(report, (path) => warnOnce(`the endpoint reports no usable number in ${path}`, 'usage_figure'));
      if (!Object.values(news).some((value) => typeof value === 'number')) return;
      figures = { ...figures, ...news };
      raw = mergeReports(raw, report);
      const usage = toUsage(figures, raw, quirks);
      contradictionsOf(figures, usage).forEach(warnOnce);
      emit({ type: 'usage', ...withPrice(usage, model, priceOf) });
    };

    return {
      push: (event) => {
        switch (event.type) {
          case 'usage_report':
            read(event);
            return;
          case 'start':
            figures = {};
            raw = {};
            model = event.endpoint.model;
            warned.clear();
            break;
          // A continued answer has no new start, but its reports are another attempt's.
          case 'retry':
          case 'fallback':
            figures = {};
            raw = {};
            break;
          case 'response':
            model = event.model ?? model;
        }
        emit(event);
      },
      flush: () => undefined,
    };
  };

const withPrice = (usage: Usage, model: string | undefined, priceOf: NormalizeUsageConfig['priceOf']): Usage => {
  const total = usage.cost === undefined ? amount(priceOf?.(usage, model)) : undefined;
  return total === undefined ? usage : { ...usage, cost: { total, currency: 'USD', source: 'priced' } };
};

import type { StreamEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import type { UsageEvent } from '../normalizeUsage.ts';
import { createUsageMeter, type UsageMeterConfig } from './createUsageMeter.ts';

type Watched = StreamEvent | UsageEvent;

/** Passes everything on, and warns once per attempt where a budget of money counts nothing, as nobody knows the price. */
export const createPriceWatch =
  ({ priceOf }: UsageMeterConfig): Stage<Watched, Watched> =>
  (emit) => {
    // How much there is of what has no price does not matter.
    const meter = createUsageMeter({ estimate: (delta) => delta.length, priceOf });
    let warned = false;

    const warn = (): void => {
      warned = true;
      const why = priceOf === undefined ? 'is missing' : 'knows no price';
      const message = `the budget of US dollars does not count this answer: the endpoint reports no cost, and \`priceOf\` ${why}`;
      emit({ type: 'warning', code: 'no_price', message });
    };

    const check = (): void => {
      if (!warned && meter.usage()?.cost === undefined) warn();
    };

    return {
      push: (event) => {
        const goesOn = event.type === 'start' || event.type === 'retry' || event.type === 'fallback';
        // An attempt that was given up before anything came has no cost to know.
        if (goesOn && meter.usage() !== undefined) check();
        meter.push(event);
        if (goesOn) warned = false;
        // An estimate in mid-answer says nothing of what the endpoint will report.
        else if (isReport(event) || event.type === 'done') check();
        emit(event);
      },
      flush: () => undefined,
    };
  };

const isReport = (event: Watched): boolean =>
  event.type === 'usage_report' || (event.type === 'usage' && event.source !== 'estimated');

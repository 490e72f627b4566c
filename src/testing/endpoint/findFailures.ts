import type { OpenExpectation } from './createExpectation.ts';
import type { Step } from './Step.ts';
import { within } from '../within.ts';

/** What an endpoint knows of its run. */
export interface Run {
  readonly expectations: readonly OpenExpectation[];
  readonly faults: readonly string[];
  readonly listed: readonly (readonly Step[])[];
  readonly requests: readonly unknown[];
}

/** Waits for what is still expected; then says what did not happen, one sentence each. */
export const findFailures = async (run: Run, withinMs: number): Promise<readonly string[]> => {
  const settled = Promise.all(run.expectations.map((each) => each.settled));
  // What is undecided when the time is up is reported below, with its name.
  await within(settled, withinMs, () => 'undecided').catch(() => undefined);
  return [
    ...run.faults,
    ...run.expectations.flatMap(({ what, state, reason }) =>
      state === 'met' ? [] : [`${what}: ${reason ?? `undecided after ${withinMs} ms`}`],
    ),
    ...run.listed.flatMap((steps, index) =>
      index >= run.requests.length && steps.some(({ type }) => type === 'expectClosed')
        ? [`script ${index + 1} of ${run.listed.length} was never asked for`]
        : [],
    ),
  ];
};

import { strictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { eventsOf, record } from './record.ts';
import type { Law } from './Trial.ts';

/** When the source completes, so does it. */
export const completes: Law = async (trial) => {
  const { ending, error, outputs } = await record(trial.build()(eventsOf(trial.source)), trial).ended();
  strictEqual(ending, 'complete', `it failed with ${inspect(error)} after ${outputs.length} outputs`);
};

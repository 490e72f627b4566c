import { strictEqual } from 'node:assert';
import { take, tap } from 'rxjs';
import { eventsOf, record } from './record.ts';
import type { Law, TypedEvent } from './Trial.ts';

const EVENTS = 1000;

/** A source that emits all it has at once is stopped by `take(1)` downstream, in the middle of its loop. */
export const stopsSynchronousSource: Law = (trial) => {
  let emitted = 0;
  // An operator that emits nothing before its source ends has nothing to stop at.
  let emittedAtFirst = EVENTS;
  const endless = eventsOf(repeated(trial.source), () => emitted++);
  const outputs = trial.build()(endless).pipe(
    tap(() => (emittedAtFirst = emitted)),
    take(1),
  );
  record(outputs, trial).subscription.unsubscribe();
  strictEqual(emitted, emittedAtFirst, `after its first output it took ${emitted - emittedAtFirst} more events`);
};

const repeated = (source: readonly TypedEvent[]): readonly TypedEvent[] =>
  Array.from({ length: Math.ceil(EVENTS / source.length) }, () => source)
    .flat()
    .slice(0, EVENTS);

import { strictEqual } from 'node:assert';
import { Subject } from 'rxjs';
import { record } from './record.ts';
import type { Law, TypedEvent } from './Trial.ts';

/** Unsubscribing at any moment unsubscribes the source, at once. */
export const unsubscribes: Law = (trial) => {
  for (let count = 0; count <= trial.source.length; count++) {
    const source = new Subject<TypedEvent>();
    const { subscription } = record(trial.build()(source), trial);
    for (const event of trial.source.slice(0, count)) source.next(event);
    subscription.unsubscribe();
    strictEqual(source.observed, false, `its source was still subscribed when it was unsubscribed after ${count} events`);
  }
};

import { strictEqual } from 'node:assert';
import { Observable } from 'rxjs';
import type { Law, TypedEvent } from './Trial.ts';

/** Nothing happens before subscription, and each subscription makes a call of its own, also while another is open. */
export const isCold: Law = (trial) => {
  let subscribed = 0;
  const silent = new Observable<TypedEvent>(() => {
    subscribed++;
  });
  const outputs = trial.build()(silent);
  strictEqual(subscribed, 0, `it subscribed its source before it was subscribed (${subscribed} times)`);
  const subscriptions = [outputs.subscribe(), outputs.subscribe()];
  strictEqual(subscribed, 2, `two subscriptions made ${subscribed} subscriptions of its source`);
  for (const each of subscriptions) each.unsubscribe();
};

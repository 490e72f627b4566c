import { Observable } from 'rxjs';
import { assertSame } from './assertSame.ts';
import { outputsOf, record } from './record.ts';
import type { Law, Trial, TypedEvent } from './Trial.ts';

/** A subscription abandoned after any event leaves nothing behind for the next. */
export const isFresh: Law = async (trial) => {
  const expected = trial.comparable(await outputsOf(trial));
  await Promise.all(trial.source.map((_, position) => resubscribeAfter(position + 1, trial, expected)));
};

const resubscribeAfter = async (count: number, trial: Trial, expected: unknown): Promise<void> => {
  let subscriptions = 0;
  const stallsOnce = new Observable<TypedEvent>((subscriber) => {
    const stalls = ++subscriptions === 1;
    for (const event of stalls ? trial.source.slice(0, count) : trial.source) subscriber.next(event);
    if (!stalls) subscriber.complete();
  });
  const outputs = trial.build()(stallsOnce);
  record(outputs, trial).subscription.unsubscribe();
  const second = await record(outputs, trial).ended();
  assertSame(
    trial.comparable(second.outputs),
    expected,
    `a subscription abandoned after ${count} events changed the outputs of the next`,
  );
};

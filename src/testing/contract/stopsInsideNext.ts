import { strictEqual } from 'node:assert';
import { Subject, Subscriber } from 'rxjs';
import { within } from '../within.ts';
import { outputsOf } from './record.ts';
import type { Law, Trial, TypedEvent } from './Trial.ts';

/** Who unsubscribes while an output is delivered is not called again, though one event may make many outputs. */
export const stopsInsideNext: Law = async (trial) => {
  const { length } = await outputsOf(trial);
  await Promise.all(Array.from({ length }, (_, index) => leaveAt(index + 1, trial)));
};

const leaveAt = async (count: number, trial: Trial): Promise<void> => {
  const source = new Subject<TypedEvent>();
  let received = 0;
  let sourceHeld = false;
  const leaving = subscriberCalling(() => {
    if (++received !== count) return;
    leaving.unsubscribe();
    sourceHeld = source.observed;
  });
  const closed = new Promise<void>((resolve) => leaving.add(resolve));
  trial.build()(source).subscribe(leaving);
  for (const event of trial.source) source.next(event);
  source.complete();
  await within(closed, trial.settleMs, () => `output ${count} did not come in ${trial.settleMs} ms`);
  strictEqual(sourceHeld, false, `its source was still subscribed after it was unsubscribed inside its output ${count}`);
  const more = Math.max(0, received - count);
  strictEqual(more, 0, `it emitted ${more} more outputs after it was unsubscribed inside its output ${count}`);
};

/** Sees every call of `next`: an ordinary observer is shielded by rxjs from those that come after its end. */
const subscriberCalling = (next: () => void): Subscriber<unknown> => {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- rxjs wraps everything else in its shield
  const subscriber = new Subscriber<unknown>();
  subscriber.next = next;
  return subscriber;
};

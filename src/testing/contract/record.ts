import { Observable, type Subscription } from 'rxjs';
import { within } from '../within.ts';
import type { Trial, TypedEvent } from './Trial.ts';

/** What came out of one subscription so far. */
export interface Recording {
  readonly outputs: readonly unknown[];
  readonly ending: 'none' | 'complete' | 'error';
  readonly error: unknown;
  readonly subscription: Subscription;
  /** Resolves when the subscription has completed or failed; rejects when it takes longer than the trial allows. */
  ended(): Promise<Recording>;
}

/** Subscribes and records. */
export const record = (observable: Observable<unknown>, { settleMs }: Pick<Trial, 'settleMs'>): Recording => {
  const outputs: unknown[] = [];
  let ending: Recording['ending'] = 'none';
  let error: unknown;
  let tell: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (tell = resolve));
  const subscription = observable.subscribe({
    next: (output) => outputs.push(output),
    error: (reason: unknown) => {
      ending = 'error';
      error = reason;
      tell();
    },
    complete: () => {
      ending = 'complete';
      tell();
    },
  });
  const recording: Recording = {
    outputs,
    subscription,
    get ending() {
      return ending;
    },
    get error() {
      return error;
    },
    ended: async () => {
      if (ending === 'none') await within(ended, settleMs, () => `it neither completed nor failed in ${settleMs} ms`);
      return recording;
    },
  };
  return recording;
};

/** What a fresh operator makes of these events, told all at once. */
export const outputsOf = async (trial: Trial, events: readonly TypedEvent[] = trial.source): Promise<readonly unknown[]> =>
  (await record(trial.build()(eventsOf(events)), trial).ended()).outputs;

/** A synchronous source that stops when no one listens; `told` hears of every event it emits. */
export const eventsOf = <In>(events: readonly In[], told: () => void = () => undefined): Observable<In> =>
  new Observable((subscriber) => {
    for (const event of events) {
      if (subscriber.closed) return;
      told();
      subscriber.next(event);
    }
    subscriber.complete();
  });

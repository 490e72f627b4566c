import { AssertionError, strictEqual } from 'node:assert';
import { concat, throwError } from 'rxjs';
import { CompletionError } from '../../errors/CompletionError.ts';
import { assertSame } from './assertSame.ts';
import { eventsOf, record } from './record.ts';
import type { Law } from './Trial.ts';

/** A failure of the source comes out as it is; a `CompletionError` may have more known about it by `with`. */
export const passesErrors: Law = async (trial) => {
  // Never after the last event: an operator may complete there without waiting for its source.
  for (const count of [0, Math.floor(trial.source.length / 2), trial.source.length - 1]) {
    const events = eventsOf(trial.source.slice(0, count));
    for (const sent of [new TypeError('the source failed'), new CompletionError('connection_lost')]) {
      const outputs = trial.build()(concat(events, throwError(() => sent)));
      const { ending, error } = await record(outputs, trial).ended();
      strictEqual(ending, 'error', `it completed although its source failed with ${sent.name} after ${count} events`);
      if (!isSame(error, sent)) differs(error, sent);
    }
  }
};

const isSame = (received: unknown, sent: Error): boolean => {
  if (received === sent) return true;
  // `with` keeps the stack, so another error of the same code is told apart.
  return (
    received instanceof CompletionError &&
    sent instanceof CompletionError &&
    received.code === sent.code &&
    received.stack === sent.stack
  );
};

const differs = (actual: unknown, expected: Error): never => {
  const what = 'another error came out than went in';
  assertSame(actual, expected, what);
  throw new AssertionError({ message: `${what}: an equal one, but not the same`, actual, expected });
};

import { asyncScheduler, catchError, defer, EMPTY, identity, map, of, repeat, takeUntil, timer } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable, ObservableInput } from 'rxjs';
import type { RetryEvent } from '../../src/events/NoticeEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';
import { lift } from '../lift.ts';
import { commits } from '../recovery/commits.ts';
import { createAttemptHolder } from '../recovery/createAttemptHolder.ts';
import { MAX_TIMER_MS } from '../recovery/MAX_TIMER_MS.ts';
import { createRetries, type Retries } from './createRetries.ts';
import type { RetryCallConfig } from './RetryCallConfig.ts';

/** Asks the source until it answers, or until it is no use to ask again. */
export const askAgain = <E extends AnyEvent>(
  source: ObservableInput<E>,
  config: RetryCallConfig,
): Observable<E | RetryEvent> =>
  defer(() => {
    const { budget, scheduler = asyncScheduler } = config;
    const retries = createRetries(config);
    budget?.deposit();
    return defer(() => ask(source, retries, config)).pipe(
      // A loop and no recursion: any number of attempts takes the memory of one.
      repeat({ delay: () => (retries.whole ? EMPTY : timer(retries.delayMs(), scheduler)) }),
      endsWithin(retries, config),
    );
  });

const ask = <E extends AnyEvent>(
  source: ObservableInput<E>,
  retries: Retries,
  { commitOn = 'content', maxHeldEvents = 65_536 }: RetryCallConfig,
): Observable<E | RetryEvent> => {
  const attempt = retries.begin();
  const holder = createAttemptHolder<E>(attempt, {
    commits: commits(commitOn),
    maxHeldEvents,
    onContent: () => undefined,
    onWhole: () => (retries.whole = true),
  });
  return lift(holder)(source).pipe(catchError((error: unknown) => of(retries.fail(error, attempt))));
};

/** One limit around all attempts and the waits between them. */
const endsWithin = <E>(
  retries: Retries,
  { totalMs = Infinity, scheduler = asyncScheduler }: RetryCallConfig,
): MonoTypeOperatorFunction<E> => {
  if (!Number.isFinite(totalMs)) return identity;
  const expiry = timer(Math.min(totalMs, MAX_TIMER_MS), scheduler).pipe(
    map(() => {
      throw retries.expire();
    }),
  );
  return takeUntil(expiry);
};

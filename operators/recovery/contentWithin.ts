import { asyncScheduler, identity, map, takeUntil, timer } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable, SchedulerLike } from 'rxjs';
import { CompletionError } from '../../src/errors/CompletionError.ts';
import type { Attempt } from './Attempt.ts';
import { MAX_TIMER_MS } from './MAX_TIMER_MS.ts';

export interface ContentWithinConfig {
  readonly firstContentWithin?: number;
  readonly scheduler?: SchedulerLike;
}

/** Fails an attempt, and so unsubscribes it, unless `content` emits in time. Its timer ends with the wait. */
export const contentWithin = <E>(
  attempt: Attempt,
  content: Observable<void>,
  { firstContentWithin: ms = Number.POSITIVE_INFINITY, scheduler = asyncScheduler }: ContentWithinConfig,
): MonoTypeOperatorFunction<E> => {
  if (!Number.isFinite(ms)) return identity;
  const expiry = timer(Math.min(ms, MAX_TIMER_MS), scheduler).pipe(
    map(() => {
      const { endpoint } = attempt;
      throw new CompletionError('timeout', { which: 'content', ...(endpoint !== undefined && { endpoint }) });
    }),
    takeUntil(content),
  );
  return takeUntil(expiry);
};

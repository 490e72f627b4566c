import { asyncScheduler, identity, map, takeUntil, timer } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { CompletionError } from '../../src/errors/CompletionError.ts';
import type { Attempt } from './Attempt.ts';
import type { FallbackEndpointsConfig } from './FallbackEndpointsConfig.ts';

/** Longer timers of the platform fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Fails an attempt, and so unsubscribes it, unless `content` emits in time. Its timer ends with the wait. */
export const contentWithin = <E>(
  attempt: Attempt,
  content: Observable<void>,
  { firstContentWithin: ms = Number.POSITIVE_INFINITY, scheduler = asyncScheduler }: FallbackEndpointsConfig,
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

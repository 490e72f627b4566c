import { concatMap, finalize, tap } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { CompletionError } from '../src/errors/CompletionError.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { liftEvents } from './liftEvents.ts';
import type { RateLimiter } from './rate/rateLimiter.ts';
import type { Reservation } from './rate/Reservation.ts';
import { readFigures, type Figures } from './usage/readFigures.ts';
import { toUsage } from './usage/toUsage.ts';
import { configError } from '../src/errors/configError.ts';
import { expectConfig } from './expectConfig.ts';

/** Config of `limitRate`. */
export interface LimitRateConfig {
  /**
   * How many tokens to reserve for this call, of its prompt and its answer together.
   *
   * @defaultValue what the limiter reserves
   */
  readonly estimateTokens?: number;
}

/**
 * Asks the source when the limiter gives it a turn, and tells the limiter what became of it: the tokens really used, what the
 * endpoint says is left, whether it refused. Passes every event on; holds none.
 *
 *     source:    s-t-d|              w = the wait for a turn
 *     out:    www s-t-d|
 *
 * Unsubscribing while it waits gives the place back, and no request is made. Each subscription takes a turn of its own: put
 * it before `retryCall` (`call.pipe(limitRate(limiter), retryCall())`), so that each attempt does.
 *
 * @example
 * import { limitRate, rateLimiter } from 'rx-completions/operators';
 * import { of } from 'rxjs';
 *
 * const limiter = rateLimiter({ requestsPerMinute: 60, tokensPerMinute: 100_000 });
 * of({ type: 'done', reason: 'stop', attempts: 1 } as const)
 *   .pipe(limitRate(limiter, { estimateTokens: 2000 }))
 *   .subscribe((event) => console.log(event.type)); // done
 *
 * @throws `CompletionError` with code `rate_limit` and phase `config`, as a notification, when the wait would exceed the
 * limiter's `maxWaitMs`; nothing was sent then, and `retryAfterMs` says how long the wait would be at least. With code
 * `config`, when called without a limiter or with an option that is not known.
 * @see rateLimiter
 */
export const limitRate = (limiter: RateLimiter, config: LimitRateConfig = {}): EventOperator => {
  expectLimiter(limiter);
  expectConfig('limitRate', config, { estimateTokens: true });
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E> =>
    limiter.reserve(config.estimateTokens).pipe(
      concatMap((reservation) => {
        const report: EventOperator = liftEvents(createReporter(reservation));
        return report(source).pipe(
          tap({ error: (error: unknown) => reportRefusal(error, reservation) }),
          finalize(() => reservation.closed()),
        );
      }),
    );
};

const expectLimiter = (limiter: Partial<RateLimiter> | undefined): void => {
  if (typeof limiter?.reserve !== 'function') throw configError('`limitRate` takes a `rateLimiter()`');
};

const createReporter =
  (reservation: Reservation): Stage<StreamEvent, StreamEvent> =>
  (emit) => {
    let figures: Figures = {};
    let usedBefore = 0;
    let used = 0;
    return {
      push: (event) => {
        if (event.type === 'start') {
          // What an attempt has used is used, though its answer is void.
          usedBefore += used;
          used = 0;
          figures = {};
          reservation.started(event.rateLimit);
        } else if (event.type === 'usage_report') {
          figures = { ...figures, ...readFigures(event.report, () => undefined) };
          const { total } = toUsage(figures, event.report, {});
          if (total !== undefined) reservation.used(usedBefore + (used = total));
        } else if (event.type === 'done') reservation.answered();
        emit(event);
      },
      flush: () => undefined,
    };
  };

const reportRefusal = (error: unknown, reservation: Reservation): void => {
  // One of phase `config` is another limiter's, and says nothing of the endpoint.
  if (error instanceof CompletionError && error.code === 'rate_limit' && error.phase !== 'config')
    reservation.refused(error.retryAfterMs);
};

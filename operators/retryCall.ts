import type { Observable, ObservableInput } from 'rxjs';
import type { RetryEvent } from '../src/events/NoticeEvent.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { askAgain } from './retry/askAgain.ts';
import type { RetryCallConfig } from './retry/RetryCallConfig.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { COMMIT_ON } from './recovery/commits.ts';

/**
 * Asks the same source again when it fails, after a wait. Until an attempt commits, its events are held; what a failed one
 * had said is dropped, so that there is one `start` and no text twice. Heartbeats and notices are never held.
 *
 *     source:  --s----#                   s = start, t = text, R = retry
 *     again:                --s--t--d|
 *     out:     -------R--------(st)-d|    R comes before the wait, with `delayMs`
 *
 * The wait is what the endpoint asked for (`Retry-After`), else drawn between 0 and a bound that doubles with each failure.
 * By default an error is retried where it is `retryable`, which takes the endpoint's `x-should-retry` and, for an account
 * without credit, its `Retry-After` into account. Attempts are counted as in `fallbackEndpoints`, and the two nest either
 * way: `call.pipe(retryCall(), fallbackEndpoints([spare]))` is patient with one endpoint before it asks the next,
 * `call.pipe(fallbackEndpoints([spare]), retryCall())` asks both before it waits.
 *
 * Unsubscribing stops the attempt or the wait at hand. An `AbortSignal` given to the call is the call's: in a wait it is seen
 * when the next attempt begins.
 *
 * rxjs's own `retry` repeats what was already told and shows nobody that it waits.
 *
 * @example
 * import { CompletionError } from 'rx-completions';
 * import { retryCall } from 'rx-completions/operators';
 * import { throwError } from 'rxjs';
 *
 * throwError(() => new CompletionError('rate_limit', { retryAfterMs: 20 }))
 *   .pipe(retryCall({ maxAttempts: 2 }))
 *   .subscribe({ next: ({ delayMs }) => console.log(delayMs), error: ({ code }) => console.log(code) }); // 20…22, rate_limit
 *
 * @throws the last failure, as a notification, when it is not retried: with its `retryAfterMs`, where the endpoint asked for
 * a longer wait than allowed. `CompletionError` with code `timeout` when `totalMs` is up.
 * @see fallbackEndpoints, retryBudget
 */
export const retryCall = (config: RetryCallConfig = {}): EventOperator<RetryEvent> => {
  expectConfig('retryCall', config, FIELDS);
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E | RetryEvent> => askAgain(source, config);
};

const FIELDS: ConfigFields<RetryCallConfig> = {
  maxAttempts: true,
  baseDelayMs: true,
  maxDelayMs: true,
  onFailure: ['fail', 'restart'],
  shouldRetry: true,
  honourRetryAfter: true,
  maxRetryAfterMs: true,
  totalMs: true,
  budget: true,
  commitOn: COMMIT_ON,
  maxHeldEvents: true,
  scheduler: true,
  random: true,
};

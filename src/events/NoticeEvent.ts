import type { CompletionError } from '../errors/CompletionError.ts';
import type { Endpoint } from '../errors/Endpoint.ts';

/** A failure as it stands in an event: a plain object, redacted like the error itself. */
export type ErrorSummary = Pick<
  CompletionError,
  'code' | 'message' | 'phase' | 'retryable' | 'committed' | 'status' | 'retryAfterMs' | 'endpoint' | 'which'
>;

interface NewAttempt {
  /** The endpoint that failed, where known. */
  readonly from?: Endpoint;
  /** The endpoint tried next, where known. */
  readonly to?: Endpoint;
  /** The number of the attempt that now begins. */
  readonly attempt: number;
  readonly delayMs?: number;
  readonly error: ErrorSummary;
  /** Whether content of the failed attempt had been delivered and is now void. */
  readonly discarded: boolean;
}

/** The same endpoint is tried again. */
export interface RetryEvent extends NewAttempt {
  readonly type: 'retry';
}

/** Another endpoint is tried. */
export interface FallbackEvent extends NewAttempt {
  readonly type: 'fallback';
}

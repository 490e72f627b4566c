import type { CompletionError } from '../errors/CompletionError.ts';
import type { ErrorSummary } from './NoticeEvent.ts';

/** What an event says of a failure: plain values only, and only those that are known. */
export const errorSummary = (error: CompletionError): ErrorSummary => {
  const { code, message, phase, retryable, committed, status, retryAfterMs, endpoint, which } = error;
  return {
    code,
    message,
    phase,
    retryable,
    committed,
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(endpoint !== undefined && { endpoint }),
    ...(which !== undefined && { which }),
  };
};

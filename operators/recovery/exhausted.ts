import { CompletionError } from '../../src/errors/CompletionError.ts';

/** Every endpoint has failed: `errors` are their failures in order, `last` the one that ended it. */
export const exhausted = (errors: readonly CompletionError[], last: CompletionError): CompletionError => {
  const endpoint = errors[0]?.endpoint;
  return new CompletionError('endpoints_exhausted', {
    errors,
    phase: last.phase,
    retryable: last.retryable,
    committed: last.committed,
    cause: last,
    ...(last.retryAfterMs !== undefined && { retryAfterMs: last.retryAfterMs }),
    ...(endpoint !== undefined && { endpoint }),
  });
};

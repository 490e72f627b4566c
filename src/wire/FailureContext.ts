import type { CompletionPhase } from '../errors/CompletionError.ts';
import type { Endpoint } from '../errors/Endpoint.ts';

/** What is known about a failure apart from what the endpoint says of it. */
export interface FailureContext {
  readonly endpoint?: Endpoint;
  readonly phase?: CompletionPhase;
  /** HTTP status of the response, where that status is itself the failure. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** Values to mask in everything the endpoint says. */
  readonly secrets?: readonly string[];
}

import type { CompletionPhase } from '../errors/CompletionError.ts';
import type { Endpoint } from '../errors/Endpoint.ts';
import type { Confidential } from '../errors/redact.ts';

/** What is known about a failure apart from what the endpoint says of it. */
export interface FailureContext extends Confidential {
  readonly endpoint?: Endpoint;
  readonly phase?: CompletionPhase;
  /** HTTP status of the response, where that status is itself the failure. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** What to look at, where there turns out to be nothing at the address. */
  readonly addressHint?: string;
}

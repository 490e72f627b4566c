import type { StartEvent } from '../../src/events/StreamEvent.ts';

/** A call's place within the limits, from its turn to its end. What becomes of the call is told to it. */
export interface Reservation {
  /** The endpoint accepted a request, with what it says of its limits. A second one counts as a call more. */
  started(rateLimit: StartEvent['rateLimit']): void;
  /** The tokens used so far; replaces what was reserved or told before. */
  used(tokens: number): void;
  /** The answer is whole. */
  answered(): void;
  /** The endpoint refused because of its limits. */
  refused(retryAfterMs: number | undefined): void;
  /** The call is over, whatever its end. */
  closed(): void;
}

import type { Endpoint } from '../../src/errors/Endpoint.ts';

/** What is known of one member's try while it runs. */
export interface Attempt {
  /** The attempts made before it, which its own numbers are counted on from. */
  readonly before: number;
  /** The attempts it has made itself: more than one where it retries or is a chain of its own. */
  made: number;
  /** The endpoint that accepted it last. */
  endpoint: Endpoint | undefined;
  /** Whether its events are passed on as they come. */
  committed: boolean;
  /** Whether content of it has been passed on. */
  delivered: boolean;
}

import type { Observable } from 'rxjs';
import type { EventOperator } from '../EventOperator.ts';
import type { EndpointState } from './EndpointState.ts';

/** How a call is guarded. */
export interface GuardConfig {
  /**
   * The keys of the chain or race that the call is a member of, its own included. While one of them can be asked, an endpoint
   * that rests is not; when all of them rest, the one closest to its recovery is asked all the same.
   *
   * @defaultValue the call is alone: it is refused while its endpoint rests
   */
  readonly among?: readonly string[];
}

/** What is known of endpoints, by keys of the caller's choice. */
export interface EndpointHealth {
  /** How the endpoints stand: at once, and whenever one of them changes. Its timer runs only while it is subscribed. */
  readonly states: Observable<Readonly<Record<string, EndpointState>>>;
  /**
   * Learns from how a call ends: `done` is a success, an error counts by its code, unsubscribing says nothing. Changes no
   * event. Without a key the endpoint itself is it, as `<provider> <model> <host>`.
   */
  watch(key?: string): EventOperator;
  /** Watches a call, and does not make it while its endpoint rests: it fails at once with `connect`, without a socket. */
  guard(key: string, config?: GuardConfig): EventOperator;
}

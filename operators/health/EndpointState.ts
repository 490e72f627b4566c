/** How an endpoint stands. A plain object, for dashboards. */
export interface EndpointState {
  /** `closed`: it is asked. `open`: it rests. `half_open`: its rest is over, and a few calls try whether it has recovered. */
  readonly status: 'closed' | 'open' | 'half_open';
  /** Failures in a row within the window, those that opened the circuit included. */
  readonly failures: number;
  /** The end of the rest, in milliseconds since 1970; absent while closed. */
  readonly openUntil?: number;
}

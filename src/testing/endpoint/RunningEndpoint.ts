import type { Expectation } from './createExpectation.ts';
import type { RecordedRequest } from './RecordedRequest.ts';

/** How long to wait, in milliseconds of real time. */
export interface WaitConfig {
  readonly withinMs?: number;
}

/** A running endpoint that plays scripts, and tells what it saw from its side of the connections. */
export interface RunningEndpoint extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  readonly port: number;
  /** The requests so far, in the order they came. */
  readonly requests: readonly RecordedRequest[];
  /** How many connections were opened so far. */
  readonly connections: number;
  /** How many of them are open. */
  readonly openSockets: number;
  /** What the scripts played so far demanded by `expectClosed`. */
  readonly expectations: readonly Expectation[];
  /** Resolves once so many requests have come; rejects when they do not. @defaultValue one, within 5 s */
  received(config?: WaitConfig & { readonly count?: number }): Promise<void>;
  /** Resolves once no connection is open; rejects when one stays. @defaultValue within 1 s */
  closed(config?: WaitConfig): Promise<void>;
  /**
   * Resolves once every expectation is met. Rejects when one is not, when a script failed or was never asked for although it
   * expects something, and when a client sent something that is no request; the message names each. @defaultValue within 5 s
   */
  verify(config?: WaitConfig): Promise<void>;
  /** Stops listening and destroys every connection. What was still expected is unmet. */
  close(): Promise<void>;
}

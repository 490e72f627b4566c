/** How long a call may wait, in milliseconds; `Infinity` switches a limit off. Passing one is a `timeout` error. */
export interface Timeouts {
  /** Until the connection stands. @defaultValue 10 s */
  readonly connectMs: number;
  /** From the connection until the response's head. @defaultValue 2 min */
  readonly headersMs: number;
  /** Between two reads of the body; keep-alives count. @defaultValue 2 min */
  readonly idleMs: number;
  /** Between two pieces of content; keep-alives do not count. A thinking model may be silent for minutes. @defaultValue 5 min */
  readonly contentMs: number;
  /** After every choice has finished, until the endpoint ends the stream; then the answer is taken as whole. @defaultValue 30 s */
  readonly afterFinishMs: number;
  /** The whole call. @defaultValue 1 h */
  readonly totalMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  headersMs: 120_000,
  idleMs: 120_000,
  contentMs: 300_000,
  afterFinishMs: 30_000,
  totalMs: 3_600_000,
};

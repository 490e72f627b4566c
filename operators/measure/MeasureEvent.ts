/** How long what took. Times are in milliseconds; what cannot be said is absent. */
export interface MeasureEvent {
  readonly type: 'measure';
  /** What has just been reached: the first content of an attempt, or the end of the answer. */
  readonly at: 'first_content' | 'end';
  /** The attempt that is measured. */
  readonly attempt: number;
  /** From the beginning of the attempt to its first content. */
  readonly timeToFirstContentMs?: number;
  /** From the beginning of the attempt until now. */
  readonly durationMs: number;
  /** From the subscription until now, all attempts and waits included. */
  readonly totalMs: number;
  /** How long it took from one content event to the next, at the end. */
  readonly betweenDeltasMs?: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  /** Characters per second from the first to the last content, thinking and arguments included; at the end. */
  readonly charsPerSecond?: number;
  /** Tokens of the answer per second, likewise, where the usage is known: behind `normalizeUsage`. */
  readonly outputTokensPerSecond?: number;
}

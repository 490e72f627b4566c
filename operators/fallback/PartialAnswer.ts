/** What of an answer had been delivered when the attempt that gave it failed: enough to ask another one for the rest. */
export interface PartialAnswer {
  /** Never empty: without text there is nothing to go on from. */
  readonly text: string;
  /** Absent when there was none. */
  readonly reasoning?: string;
}

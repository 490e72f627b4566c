/** How the answer is read. */
export interface AnswerOptions {
  /** How many choices were asked for. */
  readonly choices: number;
  /** What a frame that starts like JSON and does not parse means: a lost piece of the answer, or a warning. */
  readonly onBadFrame: 'error' | 'warn';
  readonly includeHeartbeats: boolean;
  readonly includeRaw: boolean;
  /** Fields of a delta to find reasoning in, in place of the usual ones. */
  readonly reasoningFields?: readonly string[] | undefined;
}

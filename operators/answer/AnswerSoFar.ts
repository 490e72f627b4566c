/** What had come of an answer that could not be used: the `partial` of the errors of `parseAnswer`. */
export interface AnswerSoFar {
  /** All of its text, for the model's own turn when it is told what was wrong. */
  readonly text: string;
  /** What is certain of its JSON; absent while nothing is. */
  readonly value?: unknown;
}

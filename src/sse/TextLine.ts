/** One line of text. */
export interface TextLine {
  readonly text: string;
  /** The body ended before the line break that ends a line. */
  readonly unterminated: boolean;
}

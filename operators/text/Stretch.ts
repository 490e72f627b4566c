/** A part of a text that matches what was sought, or one that does not. Never empty. */
export interface Stretch {
  readonly matched: boolean;
  readonly text: string;
}

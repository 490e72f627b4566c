import type { InlineCall } from './InlineCall.ts';
import type { MarkupInput, Reading } from './MarkupInput.ts';

/** Gives a call away, with all the markup read so far. */
export type Found = (call: InlineCall) => void;

/**
 * Reads one kind of markup. It stops where the text is no such markup: what has been read since the last call found, or
 * since the input was told to drop it, is text then.
 */
export interface MarkupReader {
  /** The text a block begins with. */
  readonly open: string;
  /** What comes next, blanks aside. */
  readonly begins: RegExp;
  readonly read: (input: MarkupInput, found: Found) => Reading<unknown>;
}

import type { Stage } from '../stage.ts';
import { splitLines } from './splitLines.ts';
import type { TextLine } from './TextLine.ts';

/** Decodes bytes to lines of text, for bodies that are no event stream. Holds at most one line. */
export const decodeLines =
  (maxLineBytes: number): Stage<Uint8Array, TextLine> =>
  (emit) => {
    let ending = false;
    const lines = splitLines((bytes, start, end) => {
      emit({ text: bytes.toString('utf8', start, end), unterminated: ending });
    }, maxLineBytes);
    return {
      push: (bytes) => lines.push(bytes),
      flush: () => {
        ending = true;
        lines.flush();
      },
    };
  };

import type { Stage, StageRun } from '../stage.ts';
import { LineSplitter, type LineSink } from './LineSplitter.ts';
import type { TextLine } from './TextLine.ts';

/** Decodes bytes to lines of text, for bodies that are no event stream. Holds at most one line. */
export const decodeLines =
  (maxLineBytes: number): Stage<Uint8Array, TextLine> =>
  (emit) =>
    new LineDecoder(maxLineBytes, emit);

class LineDecoder implements StageRun<Uint8Array>, LineSink {
  readonly #emit: (line: TextLine) => void;
  readonly #lines: LineSplitter;
  #ending = false;

  constructor(maxLineBytes: number, emit: (line: TextLine) => void) {
    this.#emit = emit;
    this.#lines = new LineSplitter(this, maxLineBytes);
  }

  push(bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  flush(): void {
    this.#ending = true;
    this.#lines.flush();
  }

  line(bytes: Buffer, start: number, end: number): void {
    this.#emit({ text: bytes.toString('utf8', start, end), unterminated: this.#ending });
  }
}

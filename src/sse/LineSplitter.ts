import { CompletionError } from '../errors/CompletionError.ts';
import type { StageRun } from '../stage.ts';
import { asBuffer } from './asBuffer.ts';

const LF = 10;
const CR = 13;
/** Space for a held line above this size is given back once the line is out. */
const KEPT_BYTES = 64 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/** Receives lines. */
export interface LineSink {
  /** One line as a range of bytes, which are valid only during the call. */
  line(bytes: Buffer, start: number, end: number): void;
}

/**
 * Cuts bytes into lines at CRLF, LF or CR, also where a cut between reads falls within them. A lone CR ends its line at
 * once. One byte order mark at the very start is dropped. Holds at most one line, whose bytes are copied once: the time is
 * linear in the bytes however they are cut. `flush` gives up the last line if nothing ended it.
 */
export class LineSplitter implements StageRun<Uint8Array> {
  readonly #sink: LineSink;
  readonly #maxLineBytes: number;
  #held = NOTHING;
  #heldLength = 0;
  #endedByCr = false;
  #atStart = true;

  constructor(sink: LineSink, maxLineBytes: number) {
    this.#sink = sink;
    this.#maxLineBytes = maxLineBytes;
  }

  push(input: Uint8Array): void {
    const bytes = asBuffer(input);
    let start = 0;
    if (this.#endedByCr && bytes.length > 0) {
      this.#endedByCr = false;
      if (bytes[0] === LF) start = 1;
    }
    // Each search result is kept until it is passed, so that no byte is searched twice.
    let lf = bytes.indexOf(LF, start);
    let cr = bytes.indexOf(CR, start);
    while (lf !== -1 || cr !== -1) {
      const byCr = cr !== -1 && (lf === -1 || cr < lf);
      const end = byCr ? cr : lf;
      if (this.#heldLength > 0) {
        this.#hold(bytes, start, end);
        this.#deliverHeld();
      } else this.#deliver(bytes, start, end);
      start = end + 1;
      if (byCr) {
        if (lf === start) start += 1;
        else this.#endedByCr = start === bytes.length;
        cr = bytes.indexOf(CR, start);
      }
      if (lf !== -1 && lf < start) lf = bytes.indexOf(LF, start);
    }
    if (start < bytes.length) this.#hold(bytes, start, bytes.length);
  }

  flush(): void {
    if (this.#heldLength > 0) this.#deliverHeld();
  }

  #hold(bytes: Buffer, start: number, end: number): void {
    const length = this.#heldLength + end - start;
    if (length > this.#maxLineBytes) throw tooLong(this.#maxLineBytes);
    if (length > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, Math.min(2 * this.#held.length, this.#maxLineBytes), 1024));
      this.#held.copy(grown, 0, 0, this.#heldLength);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#heldLength, start, end);
    this.#heldLength = length;
  }

  #deliver(bytes: Buffer, start: number, end: number): void {
    if (end - start > this.#maxLineBytes) throw tooLong(this.#maxLineBytes);
    const skipped = this.#atStart && hasByteOrderMark(bytes, start, end) ? 3 : 0;
    this.#atStart = false;
    this.#sink.line(bytes, start + skipped, end);
  }

  #deliverHeld(): void {
    const length = this.#heldLength;
    this.#heldLength = 0;
    this.#deliver(this.#held, 0, length);
    if (this.#held.length > KEPT_BYTES) this.#held = NOTHING;
  }
}

const hasByteOrderMark = (bytes: Buffer, start: number, end: number): boolean =>
  end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;

const tooLong = (maxLineBytes: number): CompletionError =>
  new CompletionError('limit', { message: `one event of the stream is longer than ${maxLineBytes} bytes (maxEventBytes)` });

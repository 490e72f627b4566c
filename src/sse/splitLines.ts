import { CompletionError } from '../errors/CompletionError.ts';
import type { StageRun } from '../stage.ts';
import { asBuffer } from './asBuffer.ts';

const LF = 10;
const CR = 13;
/** Space for a held line above this size is given back once the line is out. */
const KEPT_BYTES = 64 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/** Receives one line as a range of bytes, which are valid only during the call. */
export type OnLine = (bytes: Buffer, start: number, end: number) => void;

/**
 * Cuts bytes into lines at CRLF, LF or CR, also where a cut between reads falls within them. A lone CR ends its line at
 * once. One byte order mark at the very start is dropped. Holds at most one line, whose bytes are copied once: the time is
 * linear in the bytes however they are cut. `flush` gives up the last line if nothing ended it.
 */
export const splitLines = (onLine: OnLine, maxLineBytes: number): StageRun<Uint8Array> => {
  let held = NOTHING;
  let heldLength = 0;
  let endedByCr = false;
  let atStart = true;

  const hold = (bytes: Buffer, start: number, end: number): void => {
    const length = heldLength + end - start;
    if (length > maxLineBytes) throw tooLong(maxLineBytes);
    if (length > held.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, Math.min(2 * held.length, maxLineBytes), 1024));
      held.copy(grown, 0, 0, heldLength);
      held = grown;
    }
    bytes.copy(held, heldLength, start, end);
    heldLength = length;
  };

  const deliver = (bytes: Buffer, start: number, end: number): void => {
    if (end - start > maxLineBytes) throw tooLong(maxLineBytes);
    const skipped = atStart && hasByteOrderMark(bytes, start, end) ? 3 : 0;
    atStart = false;
    onLine(bytes, start + skipped, end);
  };

  const deliverHeld = (): void => {
    const length = heldLength;
    heldLength = 0;
    deliver(held, 0, length);
    if (held.length > KEPT_BYTES) held = NOTHING;
  };

  return {
    push: (input) => {
      const bytes = asBuffer(input);
      let start = 0;
      if (endedByCr && bytes.length > 0) {
        endedByCr = false;
        if (bytes[0] === LF) start = 1;
      }
      // Each search result is kept until it is passed, so that no byte is searched twice.
      let lf = bytes.indexOf(LF, start);
      let cr = bytes.indexOf(CR, start);
      while (lf !== -1 || cr !== -1) {
        const byCr = cr !== -1 && (lf === -1 || cr < lf);
        const end = byCr ? cr : lf;
        if (heldLength > 0) {
          hold(bytes, start, end);
          deliverHeld();
        } else deliver(bytes, start, end);
        start = end + 1;
        if (byCr) {
          if (lf === start) start += 1;
          else endedByCr = start === bytes.length;
          cr = bytes.indexOf(CR, start);
        }
        if (lf !== -1 && lf < start) lf = bytes.indexOf(LF, start);
      }
      if (start < bytes.length) hold(bytes, start, bytes.length);
    },
    flush: () => {
      if (heldLength > 0) deliverHeld();
    },
  };
};

const hasByteOrderMark = (bytes: Buffer, start: number, end: number): boolean =>
  end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;

const tooLong = (maxLineBytes: number): CompletionError =>
  new CompletionError('limit', { message: `one event of the stream is longer than ${maxLineBytes} bytes (maxEventBytes)` });

import { CompletionError } from '../errors/CompletionError.ts';
import type { Stage } from '../stage.ts';
import { createLineJoiner, type LineJoiner } from './createLineJoiner.ts';
import { splitLines } from './splitLines.ts';
import type { SseRecord } from './SseRecord.ts';

/** How the event stream is read. */
export interface DecodeSseConfig {
  /** Bytes of one event, its data lines together. @defaultValue 16 MiB */
  readonly maxEventBytes?: number;
  /**
   * Follow the standard to the letter. Otherwise two faults of real servers are tolerated: an event at the end without the
   * blank line that closes it is delivered, and frames separated by a single newline are told apart.
   * @defaultValue false
   */
  readonly strict?: boolean;
}

const COLON = 58;
const SPACE = 32;

/**
 * Decodes an event stream by the WHATWG rules, always as UTF-8. A line is decoded whole, so a character cut between reads
 * survives. Comments and unknown fields, which the standard ignores, are records too.
 */
export const decodeSse =
  ({ maxEventBytes = 16 * 1024 * 1024, strict = false }: DecodeSseConfig = {}): Stage<Uint8Array, SseRecord> =>
  (emit) => {
    let data: string | undefined;
    let dataBytes = 0;
    /** Of an event of several lines those after the first. */
    let further: LineJoiner | undefined;
    // Kept beside the data, whose end cannot be looked at without joining all its lines each time.
    let closesObject = false;
    let event = '';
    let lastEventId = '';

    const dispatch = (unterminated: boolean): void => {
      if (data !== undefined) {
        const whole = further === undefined ? data : `${data}\n${further.whole()}`;
        data = undefined;
        further = undefined;
        dataBytes = 0;
        closesObject = false;
        const name = event;
        event = '';
        emit({ kind: 'event', data: whole, event: name, lastEventId, unterminated });
      } else event = '';
    };

    const addData = (value: string, bytes: number): void => {
      if (closesObject && !strict && opensFrame(value)) dispatch(false);
      dataBytes += bytes + 1;
      if (dataBytes > maxEventBytes + 1) throw tooLarge(maxEventBytes);
      if (data === undefined) data = value;
      else (further ??= createLineJoiner()).add(value);
      closesObject = value.endsWith('}');
    };

    const field = (line: string): void => {
      const colon = line.indexOf(':');
      const name = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1);
      if (name === 'data') addData(value, value.length);
      else if (name === 'event') event = value;
      else if (name === 'id') lastEventId = value.includes('\0') ? lastEventId : value;
      else if (name === 'retry') {
        if (isDigits(value)) emit({ kind: 'retry', delayMs: Number(value) });
      } else emit({ kind: 'unknown', line });
    };

    const lines = splitLines((bytes, start, end) => {
      if (start === end) dispatch(false);
      else if (startsData(bytes, start, end)) {
        const from = start + 5;
        const value = from < end && bytes[from] === SPACE ? from + 1 : from;
        addData(bytes.toString('utf8', value, end), end - value);
      } else if (bytes[start] === COLON) emit({ kind: 'comment', comment: bytes.toString('utf8', start + 1, end).trim() });
      else field(bytes.toString('utf8', start, end));
    }, maxEventBytes);

    return {
      push: (bytes) => lines.push(bytes),
      flush: () => {
        // The standard discards an unfinished event; servers leave out the last blank line, and with it go the last words.
        if (strict) return;
        lines.flush();
        dispatch(true);
      },
    };
  };

/** `data:` as bytes: nearly every line begins with it, so it is told before the line is made a string. */
const startsData = (bytes: Buffer, start: number, end: number): boolean =>
  end - start >= 5 &&
  bytes[start] === 100 &&
  bytes[start + 1] === 97 &&
  bytes[start + 2] === 116 &&
  bytes[start + 3] === 97 &&
  bytes[start + 4] === COLON;

/**
 * Whether a data line after one that ends in `}` is a frame of its own, whose server forgot the blank line between them. A
 * `}` at a line's end followed by `{` at the next line's start occurs in no JSON text, so nothing that belongs together is
 * torn apart.
 */
const opensFrame = (line: string): boolean => line.startsWith('{') || line.startsWith('[DONE]');

const isDigits = (value: string): boolean => {
  if (value === '') return false;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
};

const tooLarge = (maxEventBytes: number): CompletionError =>
  new CompletionError('limit', { message: `one event of the stream is larger than ${maxEventBytes} bytes (maxEventBytes)` });

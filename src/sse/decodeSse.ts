import { CompletionError } from '../errors/CompletionError.ts';
import type { Stage, StageRun } from '../stage.ts';
import { createLineJoiner, type LineJoiner } from './createLineJoiner.ts';
import { LineSplitter, type LineSink } from './LineSplitter.ts';
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
  (emit) =>
    new SseDecoder(maxEventBytes, strict, emit);

class SseDecoder implements StageRun<Uint8Array>, LineSink {
  readonly #maxEventBytes: number;
  readonly #strict: boolean;
  readonly #emit: (record: SseRecord) => void;
  readonly #lines: LineSplitter;
  #data: string | undefined;
  #dataBytes = 0;
  /** Of an event of several lines those after the first. */
  #further: LineJoiner | undefined;
  /** Kept beside the data, whose end cannot be looked at without joining all its lines each time. */
  #closesObject = false;
  #event = '';
  #lastEventId = '';

  constructor(maxEventBytes: number, strict: boolean, emit: (record: SseRecord) => void) {
    this.#maxEventBytes = maxEventBytes;
    this.#strict = strict;
    this.#emit = emit;
    this.#lines = new LineSplitter(this, maxEventBytes);
  }

  push(bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  flush(): void {
    // The standard discards an unfinished event; servers leave out the last blank line, and with it go the last words.
    if (this.#strict) return;
    this.#lines.flush();
    this.#dispatch(true);
  }

  line(bytes: Buffer, start: number, end: number): void {
    if (start === end) this.#dispatch(false);
    else if (startsData(bytes, start, end)) {
      const from = start + 5;
      const value = from < end && bytes[from] === SPACE ? from + 1 : from;
      this.#addData(bytes.toString('utf8', value, end), end - value);
    } else if (bytes[start] === COLON) this.#emit({ kind: 'comment', comment: bytes.toString('utf8', start + 1, end).trim() });
    else this.#field(bytes.toString('utf8', start, end));
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1);
    if (name === 'data') this.#addData(value, value.length);
    else if (name === 'event') this.#event = value;
    else if (name === 'id') this.#lastEventId = value.includes('\0') ? this.#lastEventId : value;
    else if (name === 'retry') {
      if (isDigits(value)) this.#emit({ kind: 'retry', delayMs: Number(value) });
    } else this.#emit({ kind: 'unknown', line });
  }

  #addData(value: string, bytes: number): void {
    if (this.#closesObject && !this.#strict && opensFrame(value)) this.#dispatch(false);
    this.#dataBytes += bytes + 1;
    if (this.#dataBytes > this.#maxEventBytes + 1) throw tooLarge(this.#maxEventBytes);
    if (this.#data === undefined) this.#data = value;
    else (this.#further ??= createLineJoiner()).add(value);
    this.#closesObject = value.endsWith('}');
  }

  #dispatch(unterminated: boolean): void {
    const event = this.#event;
    this.#event = '';
    if (this.#data === undefined) return;
    const data = this.#further === undefined ? this.#data : `${this.#data}\n${this.#further.whole()}`;
    this.#data = undefined;
    this.#further = undefined;
    this.#dataBytes = 0;
    this.#closesObject = false;
    this.#emit({ kind: 'event', data, event, lastEventId: this.#lastEventId, unterminated });
  }
}

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

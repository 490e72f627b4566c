import { asBuffer } from './sse/asBuffer.ts';
import { decodeLines } from './sse/decodeLines.ts';
import { decodeSse } from './sse/decodeSse.ts';
import { compose, type Stage, type StageRun } from './stage.ts';
import type { WireItem } from './wire/Chunk.ts';
import { readChunks, type ReadChunksConfig } from './wire/readChunks.ts';
import { readJsonLines } from './wire/readJsonLines.ts';
import { rejectBody } from './wire/rejectBody.ts';
import { markLength, sniffBody, type BodyFormat } from './wire/sniffBody.ts';

/** How a successful response's body is read. */
export interface ReadBodyConfig extends ReadChunksConfig {
  readonly maxEventBytes: number;
  /** The declared type, `''` where none was sent. */
  readonly contentType: string;
}

/** Reads a body in whatever form it comes. Holds its first bytes until they tell the form. */
export const readBody =
  (config: ReadBodyConfig): Stage<Uint8Array, WireItem> =>
  (emit) =>
    new BodyReader(config, emit);

class BodyReader implements StageRun<Uint8Array> {
  readonly #config: ReadBodyConfig;
  readonly #emit: (item: WireItem) => void;
  #beginning = NOTHING;
  #reader: StageRun<Uint8Array> | undefined;

  constructor(config: ReadBodyConfig, emit: (item: WireItem) => void) {
    this.#config = config;
    this.#emit = emit;
  }

  push(bytes: Uint8Array): void {
    if (this.#reader !== undefined) {
      this.#reader.push(bytes);
      return;
    }
    this.#beginning = withoutBlanks(this.#beginning.length === 0 ? asBuffer(bytes) : Buffer.concat([this.#beginning, bytes]));
    this.#decide(false);
  }

  flush(): void {
    if (this.#reader === undefined) this.#decide(true);
    this.#reader?.flush();
  }

  #decide(ended: boolean): void {
    const contentType = this.#config.contentType.toLowerCase();
    const first = this.#beginning;
    const format = sniffBody(first, contentType, ended);
    if (format === undefined) return;
    if (format === 'sse' && contentType !== '' && !contentType.includes('text/event-stream')) {
      this.#emit({ kind: 'oddity', code: 'content_type', message: 'the event stream was declared as something else' });
    }
    this.#reader = readerOf(format, this.#config)(this.#emit);
    // An open stream would keep the whole read that its first bytes came in.
    this.#beginning = NOTHING;
    this.#reader.push(first);
  }
}

const readerOf = (format: BodyFormat, config: ReadBodyConfig): Stage<Uint8Array, WireItem> => {
  if (format === 'sse') return compose(decodeSse(config), readChunks(config));
  if (format === 'json') return compose(decodeLines(config.maxEventBytes), readJsonLines(config));
  return rejectBody(format, config.failure);
};

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Leaves out the blanks a body begins with, also behind a byte order mark: they say nothing, may go on for ever, and must
 * not count as part of the first line in one cut of the bytes and be dropped in another.
 */
const withoutBlanks = (bytes: Buffer): Buffer => {
  const mark = markLength(bytes);
  let at = mark;
  while (at < bytes.length && isBlank(bytes[at])) at += 1;
  if (at === mark) return bytes;
  return mark === 0 ? withoutBlanks(bytes.subarray(at)) : Buffer.concat([bytes.subarray(0, mark), bytes.subarray(at)]);
};

/** Space, and the controls from tab to carriage return. */
const isBlank = (byte: number | undefined): boolean => byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);

import { CompletionError } from '../errors/CompletionError.ts';
import { exceedsDepth } from '../exceedsDepth.ts';
import type { SseRecord } from '../sse/SseRecord.ts';
import type { Stage, StageRun } from '../stage.ts';
import type { Chunk, WireItem } from './Chunk.ts';
import type { FailureContext } from './FailureContext.ts';
import { findFailure } from './findFailure.ts';
import { FrameTemplates, type FrameReader } from './FrameTemplates.ts';
import { isArray, isObject, parseJson, type JsonObject } from './json.ts';
import { errorField } from './quirks.ts';
import type { ReadChoiceConfig } from './readChoice.ts';
import { readChunk } from './readChunk.ts';
import { readFailure } from './readFailure.ts';
import { REASONING_FIELDS } from './readReasoning.ts';

/** How chunks are read. */
export interface ReadChunksConfig {
  readonly maxJsonDepth: number;
  readonly maxChoices: number;
  /** What a frame that starts like JSON and does not parse means: a lost piece of the answer, or a warning. */
  readonly onBadFrame: 'error' | 'warn';
  /** Fields of a delta to find reasoning in, the first that says something. */
  readonly reasoningFields?: readonly string[] | undefined;
  readonly failure: FailureContext;
  /** Whether frames that repeat an earlier one but for their piece of content are read without parsing them. */
  readonly learnFrames: boolean;
}

const OPEN_BRACE = 123;

/**
 * Reads the chunks of an event stream. What is no chunk is told apart: `[DONE]`, keep-alives in all their disguises, errors
 * in all their shapes, and text that is no JSON. What comes after `[DONE]` is ignored, damaged or not.
 */
export const readChunks =
  (config: ReadChunksConfig): Stage<SseRecord, WireItem> =>
  (emit) =>
    new ChunkReader(config, emit);

class ChunkReader implements StageRun<SseRecord>, ReadChoiceConfig, FrameReader {
  readonly maxChoices: number;
  readonly reasoningFields: readonly string[];
  readonly #config: ReadChunksConfig;
  readonly #emit: (item: WireItem) => void;
  readonly #templates: FrameTemplates = new FrameTemplates(this);
  #done = false;

  constructor(config: ReadChunksConfig, emit: (item: WireItem) => void) {
    this.maxChoices = config.maxChoices;
    this.reasoningFields = config.reasoningFields ?? REASONING_FIELDS;
    this.#config = config;
    this.#emit = emit;
  }

  push(record: SseRecord): void {
    if (this.#done) return;
    if (record.kind === 'event') {
      const { data } = record;
      if (record.event === 'error' && data !== '') throw reportedError(data, this.#config.failure);
      if (isPing(record.event)) this.#emit({ kind: 'keepalive', comment: undefined });
      else if (data.charCodeAt(0) === OPEN_BRACE) this.#readFrame(data, record.unterminated);
      else this.#readOther(data.trim(), record.unterminated);
    } else if (record.kind === 'comment') this.#emit({ kind: 'keepalive', comment: record.comment });
    else if (record.kind === 'unknown') this.#readLine(record.line);
  }

  flush(): void {
    // A record is whole, so nothing is held.
  }

  odd(code: string, message: string): void {
    this.#emit({ kind: 'oddity', code, message });
  }

  readInFull(data: string): Chunk | undefined {
    const value = parseJson(data);
    return isObject(value) ? readChunk(value, this, this.#config.failure) : undefined;
  }

  #readFrame(data: string, unterminated: boolean): void {
    const known = this.#templates.match(data);
    if (known !== undefined) {
      this.#emit(known);
      return;
    }
    const { maxJsonDepth, onBadFrame } = this.#config;
    if (exceedsDepth(data, maxJsonDepth)) throw tooDeep(maxJsonDepth);
    const value = parseJson(data);
    if (isObject(value)) this.#readObject(value, data);
    else if (value !== undefined) this.#readValue(value);
    // The last event, cut off: the answer's end decides what that means.
    else if (unterminated) this.odd('cut_frame', 'the stream ended in the middle of a frame');
    else if (onBadFrame === 'error') throw damaged(data);
    else this.odd('bad_frame', `a frame of ${data.length} characters is damaged and was skipped`);
  }

  #readObject(object: JsonObject, data?: string): void {
    const chunk = readChunk(object, this, this.#config.failure);
    if (data !== undefined && this.#config.learnFrames) this.#templates.learn(data, chunk);
    if (chunk.failure === undefined && isBlank(object)) this.#emit({ kind: 'keepalive', comment: undefined });
    else this.#emit(chunk);
  }

  #readValue(value: unknown): void {
    if (isObject(value)) this.#readObject(value);
    else if (isArray(value) && value.some(isObject)) for (const entry of value) this.#readValue(entry);
    else if (value === null || value === '') this.#emit({ kind: 'keepalive', comment: undefined });
    else this.odd('not_a_chunk', 'a frame holds JSON that is no chunk');
  }

  #readOther(data: string, unterminated: boolean): void {
    if (data === '[DONE]') {
      this.#done = true;
      this.#emit({ kind: 'done' });
    } else if (data === '') this.#emit({ kind: 'keepalive', comment: undefined });
    else if (data.startsWith(':')) this.#emit({ kind: 'keepalive', comment: data.slice(1).trim() });
    else if (startsLikeJson(data)) this.#readFrame(data, unterminated);
    else {
      const value = parseJson(data);
      if (value === undefined) this.odd('not_json', 'a data line that is no JSON was skipped');
      else this.#readValue(value);
    }
  }

  /** A line outside the fields of the standard: an error, a chunk that forgot its `data:`, or nothing to us. */
  #readLine(line: string): void {
    const said = errorField(line) ?? '';
    if (said === '' || said === 'null') return;
    const value = parseJson(said);
    const failure = findFailure(value);
    if (failure !== undefined) throw readFailure(failure, this.#config.failure);
    if (line.startsWith('error:')) throw readFailure(value ?? said, this.#config.failure);
    const isChunk = isObject(value) && isArray(value['choices']);
    this.odd('unknown_line', `a line outside the data field was ${isChunk ? 'read as a chunk' : 'skipped'}`);
    if (isChunk) this.#readFrame(said, false);
  }
}

/** `event: error` is an error whatever its data looks like. */
const reportedError = (data: string, context: FailureContext): CompletionError => {
  const value = parseJson(data);
  return readFailure(findFailure(value) ?? value ?? data, context);
};

/** Events that only keep the connection alive, by name. */
const isPing = (event: string): boolean => event !== '' && PINGS.has(event);

const PINGS: ReadonlySet<string> = new Set(['ping', 'heartbeat', 'keepalive', 'keep-alive']);

/** Objects that say nothing: `{}`, or a named ping with fields of its own. */
const isBlank = (object: JsonObject): boolean => {
  for (const key of CHUNK_KEYS) if (key in object) return false;
  return true;
};

const CHUNK_KEYS = ['choices', 'id', 'model', 'usage', 'x_groq', 'timings', 'citations', 'search_results', 'message', 'object'];

/**
 * `[` opens JSON only before something a JSON value can begin with: `[done]` is a word in brackets, `[DONE]x` is damage. What
 * is said not to start like JSON is read without regard to its depth, so no list may slip through.
 */
const startsLikeJson = (data: string): boolean =>
  data.startsWith('{') || data.startsWith('[DONE]') || (data.startsWith('[') && '{["-0123456789tfn] \t\r\n'.includes(data.charAt(1)));

const damaged = (data: string): CompletionError =>
  new CompletionError('bad_frame', { message: `a frame of ${data.length} characters is no JSON, so a piece of the answer is lost` });

const tooDeep = (maxJsonDepth: number): CompletionError =>
  new CompletionError('limit', { message: `a chunk nests deeper than ${maxJsonDepth} levels (maxJsonDepth)` });

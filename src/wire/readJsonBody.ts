import { CompletionError } from '../errors/CompletionError.ts';
import { splitLines } from '../sse/splitLines.ts';
import type { Stage } from '../stage.ts';
import type { WireItem } from './Chunk.ts';
import { exceedsDepth, isArray, isObject, parseJson } from './json.ts';
import { readChunk } from './readChunk.ts';
import type { ReadChunksConfig } from './readChunks.ts';
import { REASONING_FIELDS } from './readReasoning.ts';

/**
 * Reads a body that is JSON where an event stream was asked for: one whole completion, one error, or a chunk per line. Lines
 * are read as they come; a body whose first line is no JSON by itself is read at its end.
 */
export const readJsonBody =
  (config: ReadChunksConfig & { readonly maxEventBytes: number }): Stage<Uint8Array, WireItem> =>
  (emit) => {
    const odd = (code: string, message: string): void => emit({ kind: 'oddity', code, message });
    const choices = { maxChoices: config.maxChoices, reasoningFields: config.reasoningFields ?? REASONING_FIELDS, odd };
    let spread: string[] | undefined;
    let spreadLength = 0;
    let values = 0;
    let isCompletion = false;
    let ending = false;
    let done = false;

    const readValue = (value: unknown): void => {
      if (isArray(value)) for (const entry of value) readValue(entry);
      if (!isObject(value)) return;
      const chunk = readChunk(value, choices, config.failure);
      if (chunk.choices.length === 0 && chunk.usage === undefined && chunk.failure === undefined) return;
      if (values === 0) odd('not_streamed', 'the endpoint answered with JSON where an event stream was asked for');
      values += 1;
      // One message is a whole answer; of several, none can be known to be the last.
      isCompletion = values === 1 && chunk.choices.some((choice) => choice.whole);
      emit(chunk);
    };

    const readText = (text: string): boolean => {
      if (exceedsDepth(text, config.maxJsonDepth)) {
        throw new CompletionError('limit', { message: `the body nests deeper than ${config.maxJsonDepth} levels (maxJsonDepth)` });
      }
      const value = parseJson(text);
      if (value !== undefined) readValue(value);
      return value !== undefined;
    };

    const lines = splitLines((bytes, start, end) => {
      if (done) return;
      const line = bytes.toString('utf8', start, end);
      const word = line.trim();
      if (word === '' || (spread === undefined && readText(line))) return;
      if (values > 0 && word === '[DONE]') finish();
      // A later line that is no JSON cannot belong to a body that was one object a line so far.
      else if (values > 0) throw ending ? cutOff() : new CompletionError('bad_frame', { message: `a line of ${line.length} characters is no JSON` });
      else holdLine(line, end - start);
    }, config.maxEventBytes);

    const finish = (): void => {
      done = true;
      emit({ kind: 'done' });
    };

    const holdLine = (line: string, bytes: number): void => {
      spread ??= [];
      spread.push(line);
      spreadLength += bytes + 1;
      if (spreadLength > config.maxEventBytes) {
        throw new CompletionError('limit', { message: `the body is larger than ${config.maxEventBytes} bytes (maxEventBytes)` });
      }
    };

    return {
      push: (bytes) => lines.push(bytes),
      flush: () => {
        ending = true;
        lines.flush();
        if (spread !== undefined && !readText(spread.join('\n'))) throw cutOff();
        if (values === 0) throw new CompletionError('unexpected_content', { message: 'the body is JSON and holds no completion' });
        if (isCompletion) finish();
      },
    };
  };

const cutOff = (): CompletionError =>
  new CompletionError('truncated', { message: 'the body begins like JSON and ends in the middle of it' });

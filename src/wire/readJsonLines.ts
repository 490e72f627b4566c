import { CompletionError } from '../errors/CompletionError.ts';
import { exceedsDepth } from '../exceedsDepth.ts';
import type { TextLine } from '../sse/TextLine.ts';
import type { Stage } from '../stage.ts';
import type { WireItem } from './Chunk.ts';
import { isArray, isObject, parseJson } from './json.ts';
import { readChunk } from './readChunk.ts';
import type { ReadChunksConfig } from './readChunks.ts';
import { REASONING_FIELDS } from './readReasoning.ts';

/**
 * Reads a body that is JSON where an event stream was asked for: one whole completion, one error, or a chunk per line. Lines
 * are read as they come; a body whose first line is no JSON by itself is read at its end.
 */
export const readJsonLines =
  (config: ReadChunksConfig & { readonly maxEventBytes: number }): Stage<TextLine, WireItem> =>
  (emit) => {
    const odd = (code: string, message: string): void => emit({ kind: 'oddity', code, message });
    const choices = { maxChoices: config.maxChoices, reasoningFields: config.reasoningFields ?? REASONING_FIELDS, odd };
    let spread: string[] | undefined;
    let spreadLength = 0;
    let values = 0;
    let isCompletion = false;
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

    const finish = (): void => {
      done = true;
      emit({ kind: 'done' });
    };

    const holdLine = (line: string): void => {
      spread ??= [];
      spread.push(line);
      spreadLength += line.length + 1;
      if (spreadLength > config.maxEventBytes) {
        throw new CompletionError('limit', { message: `the body is larger than ${config.maxEventBytes} bytes (maxEventBytes)` });
      }
    };

    return {
      push: ({ text, unterminated }) => {
        const word = text.trim();
        if (done || word === '' || (spread === undefined && readText(text))) return;
        if (values === 0) holdLine(text);
        else if (word === '[DONE]') finish();
        // A later line that is no JSON cannot belong to a body that was one object a line so far.
        else throw unterminated ? cutOff() : damaged(text);
      },
      flush: () => {
        if (spread !== undefined && !readText(spread.join('\n'))) throw cutOff();
        if (values === 0) throw new CompletionError('unexpected_content', { message: 'the body is JSON and holds no completion' });
        if (isCompletion) finish();
      },
    };
  };

const damaged = (line: string): CompletionError =>
  new CompletionError('bad_frame', { message: `a line of ${line.length} characters is no JSON` });

const cutOff = (): CompletionError =>
  new CompletionError('truncated', { message: 'the body begins like JSON and ends in the middle of it' });

import type { CompletionError } from '../errors/CompletionError.ts';
import type { Chunk, ChunkChoice } from './Chunk.ts';
import type { FailureContext } from './FailureContext.ts';
import { findFailure } from './findFailure.ts';
import { isArray, isObject, textOf, type JsonObject } from './json.ts';
import { choiceUsage, groqUsage, messageUsage, nativeOllamaChoice, nativeOllamaUsage, timingsAsUsage } from './quirks.ts';
import { readChoice, type ReadChoiceConfig } from './readChoice.ts';
import { readFailure } from './readFailure.ts';
import { readCitations } from './readRareContent.ts';

const NO_CHOICES: readonly unknown[] = [];

/** Reads one JSON object of the stream, tolerant field by field: what is odd in one field costs nothing in another. */
export const readChunk = (chunk: JsonObject, config: ReadChoiceConfig, context: FailureContext): Chunk => {
  const listed = chunk['choices'];
  const native = listed === undefined ? nativeOllamaChoice(chunk) : undefined;
  const choices = isArray(listed) ? listed : native === undefined ? NO_CHOICES : [native];
  const created = chunk['created'];
  return {
    kind: 'chunk',
    id: textOf(chunk['id']),
    model: textOf(chunk['model']),
    created: typeof created === 'number' && created > 0 && created < Infinity ? created : undefined,
    servedBy: textOf(chunk['provider']),
    choices: readChoices(choices, config),
    usage: usageOf(chunk, choices),
    citations: readCitations(chunk),
    failure: native === undefined ? failureOf(chunk, choices, context) : undefined,
    raw: chunk,
  };
};

// Loops and `??` instead of lists and closures: this runs for every chunk.
const readChoices = (choices: readonly unknown[], config: ReadChoiceConfig): readonly ChunkChoice[] => {
  const [only] = choices;
  // Nearly every chunk: a list that is pushed to takes space for sixteen more.
  if (choices.length === 1 && isObject(only)) return [readChoice(only, 0, config)];
  const read: ChunkChoice[] = [];
  for (let position = 0; position < choices.length; position += 1) {
    const choice = choices[position];
    if (isObject(choice)) read.push(readChoice(choice, position, config));
  }
  return read;
};

const usageOf = (chunk: JsonObject, choices: readonly unknown[]): JsonObject | undefined =>
  saying(chunk['usage']) ??
  saying(groqUsage(chunk)) ??
  saying(choiceUsage(choices)) ??
  saying(messageUsage(chunk)) ??
  saying(nativeOllamaUsage(chunk)) ??
  saying(timingsAsUsage(chunk));

const saying = (usage: unknown): JsonObject | undefined =>
  isObject(usage) && Object.keys(usage).length > 0 ? usage : undefined;

const failureOf = (chunk: JsonObject, choices: readonly unknown[], context: FailureContext): CompletionError | undefined => {
  const said = findFailure(chunk);
  if (said !== undefined) return readFailure(said, context);
  for (const choice of choices) {
    if (!isObject(choice)) continue;
    const error = choice['error'] ?? undefined;
    const failure = error === undefined ? undefined : findFailure({ error, choices });
    if (failure !== undefined) return readFailure(failure, context);
  }
  return undefined;
};

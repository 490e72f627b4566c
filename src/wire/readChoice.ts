import { CompletionError } from '../errors/CompletionError.ts';
import type { ChunkChoice } from './Chunk.ts';
import { isObject, numberOf, textOf, type JsonObject } from './json.ts';
import type { OddityTaker } from './OddityTaker.ts';
import { readContent } from './readContent.ts';
import { readRareContent } from './readRareContent.ts';
import { readReasoning } from './readReasoning.ts';
import { readToolCalls } from './readToolCalls.ts';

/** What reading a choice needs to know of the call. */
export interface ReadChoiceConfig extends OddityTaker {
  readonly maxChoices: number;
  readonly reasoningFields: readonly string[];
}

/** Reads one entry of `choices`; `position` stands in for an index the endpoint does not send. */
export const readChoice = (choice: JsonObject, position: number, config: ReadChoiceConfig): ChunkChoice => {
  const [delta, whole] = contentOf(choice);
  const content = delta['content'];
  const parts = typeof content === 'string' || content === null || content === undefined ? undefined : readContent(content, config);
  const reasoning = readReasoning(delta, config.reasoningFields);
  return {
    index: readIndex(choice['index'], position, config),
    text: parts === undefined ? typeof content === 'string' ? content : '' : parts.text,
    reasoning: reasoning.text === '' && parts !== undefined ? parts.reasoning : reasoning.text,
    reasoningDetails: reasoning.details,
    refusal: textOf(delta['refusal']) ?? '',
    toolCalls: readToolCalls(delta, config),
    rare: readRareContent(choice, delta, parts?.images ?? []),
    finishReason: typeof choice['finish_reason'] === 'string' ? choice['finish_reason'] : undefined,
    whole,
  };
};

/**
 * The delta, or what stands in its place: a whole message, or the bare text of the older completions form. Perplexity sends
 * an empty delta beside the message of an answer that was not streamed.
 */
const contentOf = (choice: JsonObject): readonly [content: JsonObject, whole: boolean] => {
  const { delta, message } = choice;
  if (isObject(message) && !(isObject(delta) && saysSomething(delta))) return [message, true];
  if (isObject(delta)) return [delta, false];
  return [typeof choice['text'] === 'string' ? { content: choice['text'] } : {}, false];
};

const saysSomething = (delta: JsonObject): boolean => {
  for (const key in delta) if (key !== 'role' && delta[key] !== '' && delta[key] !== null) return true;
  return false;
};

const readIndex = (index: unknown, position: number, { maxChoices }: ReadChoiceConfig): number => {
  const sent = typeof index === 'string' ? numberOf(index) : index;
  const number = typeof sent === 'number' && Number.isInteger(sent) && sent >= 0 ? sent : position;
  if (number < maxChoices) return number;
  throw new CompletionError('limit', { message: `the answer has more than ${maxChoices} choices (maxChoices)` });
};

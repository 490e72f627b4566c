import { argsOf, choicesOf, finishOf, idOf, type AnswerChoice, type AnswerConfig } from './AnswerConfig.ts';
import { chunk, type ChunkConfig } from './chunk.ts';
import type { JsonObject } from './JsonObject.ts';

/** How a whole answer is taken apart. */
export interface ChunksConfig {
  /** Characters per piece; a surrogate pair is one character and never parted. @defaultValue `4` */
  readonly pieceLength?: number;
}

/**
 * A whole answer as the chunks an endpoint would stream: the role first, then reasoning, text, refusal and tool calls in
 * pieces, the finish reason, and the usage last in a chunk without choices. `streamOf(...chunksOf({ text }))` is a body.
 */
export const chunksOf = (answer: AnswerConfig, { pieceLength = 4 }: ChunksConfig = {}): readonly JsonObject[] => {
  const { id, model, created, usage } = answer;
  const shared = {
    ...(id === undefined ? {} : { id }),
    ...(model === undefined ? {} : { model }),
    ...(created === undefined ? {} : { created }),
  };
  return [
    ...choicesOf(answer).flatMap((choice, index) =>
      saidBy(choice, pieceLength).map((said) => chunk({ ...shared, choice: index, ...said })),
    ),
    ...(usage === undefined ? [] : [chunk({ ...shared, usage })]),
  ];
};

const saidBy = (choice: AnswerChoice, pieceLength: number): readonly ChunkConfig[] => {
  const pieces = (text = ''): readonly string[] => piecesOf(text, pieceLength);
  return [
    { role: 'assistant', text: '' },
    ...pieces(choice.reasoning).map((reasoning) => ({ reasoning })),
    ...pieces(choice.text).map((text) => ({ text })),
    ...pieces(choice.refusal).map((refusal) => ({ refusal })),
    ...(choice.toolCalls ?? []).flatMap((call, index) => [
      { toolCall: { index, id: idOf(call, index), name: call.name, args: '' } },
      ...pieces(argsOf(call)).map((args) => ({ toolCall: { index, args } })),
    ]),
    { finish: finishOf(choice) },
  ];
};

const piecesOf = (text: string, length: number): readonly string[] => {
  const characters = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += length) pieces.push(characters.slice(at, at + length).join(''));
  return pieces;
};

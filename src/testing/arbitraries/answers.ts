import { chunk, type ChunkConfig } from '../sse/chunk.ts';
import type { JsonObject } from '../sse/JsonObject.ts';
import { streamOf } from '../sse/streamOf.ts';
import { usageReport } from '../sse/usageReport.ts';
import type { ArbitraryAnswer, ExpectedAnswer } from './ArbitraryAnswer.ts';
import { choices, type ArbitraryChoice } from './choices.ts';
import type { Arbitrary, FastCheck } from './FastCheck.ts';
import { interleave } from './interleave.ts';

/** How rich the answers are. */
export interface AnswersConfig {
  /** @defaultValue `3` */
  readonly maxChoices?: number;
  /** The most tool calls of one choice. @defaultValue `3` */
  readonly maxToolCalls?: number;
}

/** See `Arbitraries.answers`. */
export const answers = (
  fc: FastCheck,
  { maxChoices = 3, maxToolCalls = 3 }: AnswersConfig = {},
): Arbitrary<ArbitraryAnswer> =>
  fc
    .record({
      said: fc.array(choices(fc, maxToolCalls), { minLength: 1, maxLength: maxChoices }),
      picks: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 8 }),
      usage: fc.option(usages(fc), { nil: undefined }),
      usageComes: fc.constantFrom('alone', 'with the last chunk'),
    })
    .map(({ said, picks, usage, usageComes }) => {
      const pieces = interleave(said.map(piecesOfChoice), picks);
      const chunks = withUsage(pieces, usage, usageComes === 'alone').map(chunk);
      return { chunks, bytes: streamOf(...chunks), expected: expectedOf(said, usage) };
    });

const usages = (fc: FastCheck): Arbitrary<JsonObject> =>
  fc.record({ input: fc.nat(), output: fc.nat(), reasoning: fc.nat(), cacheRead: fc.nat() }).map(usageReport);

const piecesOfChoice = ({ said }: ArbitraryChoice, choice: number): readonly ChunkConfig[] =>
  said.map((piece) => ({ ...piece, choice }));

const withUsage = (
  pieces: readonly ChunkConfig[],
  usage: JsonObject | undefined,
  alone: boolean,
): readonly ChunkConfig[] => {
  if (usage === undefined) return pieces;
  return alone
    ? [...pieces, { usage }]
    : pieces.map((piece, index) => (index === pieces.length - 1 ? { ...piece, usage } : piece));
};

const expectedOf = (said: readonly ArbitraryChoice[], usage: JsonObject | undefined): ExpectedAnswer => ({
  text: said.map(({ text }) => text),
  reasoning: said.map(({ reasoning }) => reasoning),
  finish: said.map(({ finish }) => finish),
  toolCalls: said.flatMap(({ calls }, choice) =>
    calls.map(({ index, id, name, args }) => ({ choice, index, id, name, args })),
  ),
  usage,
});

import type { FinishReason } from '../../events/StreamEvent.ts';
import type { ChunkConfig } from '../sse/chunk.ts';
import type { Arbitrary, FastCheck } from './FastCheck.ts';
import { interleave } from './interleave.ts';
import { piecesOf } from './splits.ts';
import { texts } from './texts.ts';
import { toolCalls, type ArbitraryToolCall } from './toolCalls.ts';

/** What one choice says, and in which pieces. */
export interface ArbitraryChoice {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ArbitraryToolCall[];
  readonly finish: FinishReason;
  readonly said: readonly ChunkConfig[];
}

/** One choice that says something: an answer without text and calls would be an empty one, which is a failure. */
export const choices = (fc: FastCheck, maxToolCalls: number): Arbitrary<ArbitraryChoice> =>
  fc
    .record({
      text: texts(fc),
      reasoning: texts(fc),
      calls: toolCalls(fc, maxToolCalls),
      ending: fc.constantFrom('stop', 'length', 'content_filter'),
      places: fc.array(fc.nat(), { maxLength: 8 }),
      picks: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 8 }),
    })
    .map(({ text, reasoning, calls, ending, places, picks }) => {
      const spoken = text === '' && calls.length === 0 ? 'ok' : text;
      const finish = calls.length > 0 ? 'tool_calls' : ending;
      const said = [
        { role: 'assistant' },
        ...piecesOf(reasoning, places).map((piece) => ({ reasoning: piece })),
        ...piecesOf(spoken, places).map((piece) => ({ text: piece })),
        ...interleave(calls.map(({ pieces }) => pieces), picks).map((toolCall) => ({ toolCall })),
        { finish },
      ];
      return { text: spoken, reasoning, calls, finish, said };
    });

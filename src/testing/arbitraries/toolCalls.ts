import type { ToolCallPiece } from '../sse/chunk.ts';
import type { Arbitrary, FastCheck } from './FastCheck.ts';
import { piecesOf } from './splits.ts';

/** A tool call and the fragments it comes in: the first opens it, the others carry arguments. */
export interface ArbitraryToolCall {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly args: string;
  readonly pieces: readonly ToolCallPiece[];
}

/** The calls of one choice, each with arguments that are a JSON object. */
export const toolCalls = (fc: FastCheck, maxLength: number): Arbitrary<readonly ArbitraryToolCall[]> =>
  fc
    .array(
      fc.record({
        id: fc.nat(),
        name: fc.constantFrom('weather', 'now', 'search_the_web', 'a'),
        input: fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' }), {
          maxKeys: 3,
        }),
        indent: fc.constantFrom(0, 1),
        places: fc.array(fc.nat(), { maxLength: 6 }),
      }),
      { maxLength },
    )
    .map((calls) =>
      calls.map(({ id, name, input, indent, places }, index) => {
        const args = JSON.stringify(input, undefined, indent);
        const call = { index, id: `call_${index}_${id}`, name, args };
        return { ...call, pieces: [{ ...call, args: '' }, ...piecesOf(args, places).map((piece) => ({ index, args: piece }))] };
      }),
    );

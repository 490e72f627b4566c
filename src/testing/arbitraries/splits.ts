import { cutAt } from './cutAt.ts';
import type { Arbitrary, FastCheck } from './FastCheck.ts';

/** See `Arbitraries.splits`. */
export const splits = (fc: FastCheck, text: string): Arbitrary<readonly string[]> =>
  fc.array(fc.nat({ max: text.length }), { maxLength: 24 }).map((places) => piecesOf(text, places));

/** The pieces between these places, without the empty ones. */
export const piecesOf = (text: string, places: readonly number[]): readonly string[] =>
  cutAt(text, places).filter((piece) => piece !== '');

import { answers, type AnswersConfig } from './answers.ts';
import type { ArbitraryAnswer } from './ArbitraryAnswer.ts';
import { cuts } from './cuts.ts';
import type { Arbitrary, FastCheck } from './FastCheck.ts';
import { splits } from './splits.ts';
import { texts } from './texts.ts';
import { withNoise } from './withNoise.ts';

/** Arbitraries for property tests of whatever reads streams. */
export interface Arbitraries {
  /**
   * Whole streamed answers with what they say: several choices in turns, text, reasoning, interleaved tool calls, usage.
   * Pieces are cut between any two UTF-16 units, so a surrogate pair may come in halves; whole texts are well-formed. Every
   * choice says something and finishes.
   */
  readonly answers: (config?: AnswersConfig) => Arbitrary<ArbitraryAnswer>;
  /** The bytes in pieces as a network might deliver them; some pieces may be empty. */
  readonly cuts: (bytes: Uint8Array) => Arbitrary<readonly Uint8Array[]>;
  /** The text in pieces, none of them empty, cut between any two UTF-16 units. */
  readonly splits: (text: string) => Arbitrary<readonly string[]>;
  /** Well-formed text with what readers stumble over: emoji, U+2028, control characters, think tags, SSE syntax. */
  readonly texts: () => Arbitrary<string>;
  /** The same SSE body with a byte order mark, comments, unknown fields, `id`, `retry`, and any mix of line ends. */
  readonly withNoise: (bytes: Uint8Array) => Arbitrary<Uint8Array>;
}

/**
 * Builds the arbitraries with the fast-check of the test, so that the package works without one.
 *
 * @example
 * import fc from 'fast-check';
 * import { arbitraries } from 'rx-completions/testing';
 *
 * const { answers, cuts } = arbitraries(fc);
 * const cutAnswers = answers().chain(({ bytes }) => cuts(bytes).map((pieces) => ({ bytes, pieces })));
 * fc.assert(fc.property(cutAnswers, ({ bytes, pieces }) => Buffer.concat(pieces).equals(bytes)));
 */
export const arbitraries = (fc: FastCheck): Arbitraries => ({
  answers: (config) => answers(fc, config),
  cuts: (bytes) => cuts(fc, bytes),
  splits: (text) => splits(fc, text),
  texts: () => texts(fc),
  withNoise: (bytes) => withNoise(fc, bytes),
});

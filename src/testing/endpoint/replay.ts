import { script, type Script } from './Script.ts';

/** The pieces a recording came in, and its pace. */
export interface ReplayConfig {
  /** Lengths of the pieces, in bytes; what remains is the last piece. @defaultValue one piece */
  readonly cuts?: readonly number[];
  /** How long to wait before each piece, in milliseconds; missing ones are 0. */
  readonly delaysMs?: readonly number[];
  /** What comes before the body. @defaultValue `script().headers()` */
  readonly opening?: Script;
}

/** A script that sends a recorded body again, in the pieces and at the pace it was recorded with. */
export const replay = (
  bytes: Uint8Array,
  { cuts = [], delaysMs = [], opening = script().headers() }: ReplayConfig = {},
): Script =>
  piecesOf(bytes, cuts)
    .reduce((soFar, piece, index) => {
      const delayMs = delaysMs[index] ?? 0;
      return (delayMs > 0 ? soFar.wait(delayMs) : soFar).body(piece);
    }, opening)
    .end();

const piecesOf = (bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const length of [...cuts, Infinity]) {
    const piece = bytes.subarray(at, at + length);
    if (piece.length > 0) pieces.push(piece);
    at += piece.length;
  }
  return pieces;
};

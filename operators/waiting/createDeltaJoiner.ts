import { isDelta, type DeltaEvent } from './DeltaEvent.ts';
import { mayFollow } from './mayFollow.ts';

/** Makes one event of the pieces of one part, for as long as nobody has seen it. */
export interface DeltaJoiner<T> {
  /** The event that `next` has joined, which takes the last one's place; `undefined` where the two stay apart. */
  join(next: T): T | undefined;
  /** The last event has been handed on: nothing joins it any more. */
  close(): void;
}

/** What grows when pieces are joined; all else must be the same in all of them. */
interface Growing {
  delta: string;
  details?: readonly unknown[];
  transcript?: string;
}

/**
 * Joins pieces that stand next to each other, except where a reader of pieces would take them differently as one. Texts are
 * appended to and never looked at, so that a piece costs its own length, however long the part.
 */
export const createDeltaJoiner = <T>(): DeltaJoiner<T> => {
  let last: DeltaEvent | undefined;
  /** A copy of our own of the last event, once something has joined it. */
  let grown: Growing | undefined;
  let details: unknown[] | undefined;

  const append = (into: Growing, piece: DeltaEvent): void => {
    into.delta += piece.delta;
    if (piece.type === 'audio_delta' && piece.transcript !== undefined) into.transcript = (into.transcript ?? '') + piece.transcript;
    if (piece.type !== 'reasoning_delta' || piece.details === undefined) return;
    into.details = details ??= [...(into.details ?? [])];
    for (const detail of piece.details) details.push(detail);
  };

  const forget = (): void => {
    grown = undefined;
    details = undefined;
  };

  return {
    join: (next) => {
      const piece = isDelta(next) ? next : undefined;
      if (last !== undefined && piece !== undefined && isSamePart(last, piece) && mayFollow(last, piece)) {
        append((grown ??= { ...last }), piece);
      } else forget();
      last = piece;
      // It has every field that its pieces have.
      return grown as T | undefined;
    },
    close: () => {
      last = undefined;
      forget();
    },
  };
};

const GROWING: ReadonlySet<string> = new Set<keyof Growing>(['delta', 'details', 'transcript']);

/** Also of fields that an operator has added: whoever marks each piece wants them apart. */
const isSamePart = (one: object, other: object): boolean =>
  [...Object.keys(one), ...Object.keys(other)].every((key) => GROWING.has(key) || Reflect.get(one, key) === Reflect.get(other, key));

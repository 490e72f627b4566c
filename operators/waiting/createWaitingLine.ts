import { sourceAtWork, type PacedSource } from '../../src/emitFrom.ts';
import type { DeltaJoiner } from './createDeltaJoiner.ts';

/** Values that wait for a consumer, first come first served. */
export interface WaitingLine<T> {
  push(value: T): void;
  /** Takes the first value; `undefined` where none waits. */
  take(): { readonly value: T } | undefined;
  /** Lets go whoever was made to wait; what waits stays. */
  letGo(): void;
  /** Drops what waits, and lets go whoever was made to wait. */
  clear(): void;
}

interface Place<T> {
  value: T;
  /** How many values it holds, of which some may have joined others. */
  count: number;
  next: Place<T> | undefined;
}

/**
 * While more than `highWaterMark` values wait, every source that brings another one is made to wait, too; half as many let
 * them go on. What a source that cannot wait brings is held all the same.
 */
export const createWaitingLine = <T>(highWaterMark: number, joiner?: DeltaJoiner<T>): WaitingLine<T> => {
  const releases = new Map<PacedSource, () => void>();
  let first: Place<T> | undefined;
  let last: Place<T> | undefined;
  let waiting = 0;

  const letGo = (): void => {
    for (const release of releases.values()) release();
    releases.clear();
  };

  const add = (value: T): void => {
    const joined = joiner?.join(value);
    if (joined !== undefined && last !== undefined) {
      last.value = joined;
      last.count += 1;
      return;
    }
    const place: Place<T> = { value, count: 1, next: undefined };
    if (last === undefined) first = place;
    else last.next = place;
    last = place;
  };

  return {
    push: (value) => {
      add(value);
      waiting += 1;
      if (waiting <= highWaterMark) return;
      const source = sourceAtWork();
      if (source !== undefined && !releases.has(source)) releases.set(source, source.hold());
    },
    take: () => {
      const place = first;
      if (place === undefined) return undefined;
      first = place.next;
      waiting -= place.count;
      if (first === undefined) {
        last = undefined;
        joiner?.close();
      }
      if (waiting <= highWaterMark / 2 && releases.size > 0) letGo();
      return place;
    },
    letGo,
    clear: () => {
      first = undefined;
      last = undefined;
      waiting = 0;
      letGo();
    },
  };
};

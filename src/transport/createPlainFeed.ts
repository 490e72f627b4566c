import type { CompletionError } from '../errors/CompletionError.ts';
import type { BodyFeed, BodyOutlet, Flow } from './BodyFeed.ts';
import { HeldReads } from './HeldReads.ts';

/** A socket's read is at most this long, so that a longer one comes from a mock or a gateway. */
const MAX_READ_BYTES = 64 * 1024;
/** How much is taken while on hold: each pause of the network has what is buffered copied, so that short ones are spared it. */
const ROOM_BYTES = 64 * 1024;
const SLICE_BYTES = 16 * 1024;
/** How long the event loop may be held by one body at a stretch. */
const STRETCH_MS = 20;

/**
 * Hands every ordinary read on at once. What takes longer than a stretch, one very long read or the many that a system has
 * ready in one turn of the event loop, goes on in the next turn, so that timers, other calls and an unsubscribe come through.
 */
export const createPlainFeed = (outlet: BodyOutlet, flow: Flow): BodyFeed => {
  const held = new HeldReads();
  let next: NodeJS.Immediate | undefined;
  let turn: NodeJS.Immediate | undefined;
  let until = 0;
  let stopped = false;
  let onHold = false;
  let ending: { readonly failure: CompletionError | undefined } | undefined;

  const beginStretch = (): void => {
    if (turn !== undefined) return;
    until = performance.now() + STRETCH_MS;
    turn = setImmediate(() => (turn = undefined));
  };
  const isOver = (): boolean => performance.now() > until;
  const isOnHold = (): boolean => onHold;

  const pauseWhenFull = (): void => {
    if (held.byteLength >= ROOM_BYTES) flow.pause();
  };

  const goOnLater = (): void => {
    flow.pause();
    next ??= setImmediate(readOn);
  };

  const readOn = (): void => {
    next = undefined;
    beginStretch();
    while (!held.isEmpty()) {
      if (isOnHold()) return;
      outlet.read(held.take(SLICE_BYTES));
      if (stopped) return;
      if (!held.isEmpty() && isOver()) {
        goOnLater();
        return;
      }
    }
    const end = ending;
    if (!isOnHold()) flow.resume();
    if (end !== undefined) outlet.ended(end.failure);
  };

  return {
    push: (bytes) => {
      beginStretch();
      if (held.isEmpty() && !onHold && bytes.length <= MAX_READ_BYTES && !isOver()) {
        outlet.read(bytes);
        return;
      }
      held.push(bytes);
      if (onHold) pauseWhenFull();
      if (next !== undefined || onHold) return;
      if (isOver()) goOnLater();
      else readOn();
    },
    end: (failure) => {
      if (held.isEmpty()) outlet.ended(failure);
      else ending = { failure };
    },
    hold: () => {
      onHold = true;
      pauseWhenFull();
    },
    release: () => {
      onHold = false;
      next ??= setImmediate(readOn);
    },
    stop: () => {
      stopped = true;
      clearImmediate(next);
      clearImmediate(turn);
    },
  };
};

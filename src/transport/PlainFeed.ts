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
/** A stretch this long ends with the turn of the event loop, which is watched from here on. */
const NOTABLE_MS = 4;
/** After a silence this long a stretch begins anew: reads of one turn follow upon each other. */
const SILENCE_MS = 1;

/**
 * Hands every ordinary read on at once. What takes longer than a stretch, one very long read or the many that a system has
 * ready in one turn of the event loop, goes on in the next turn, so that timers, other calls and an unsubscribe come through.
 */
export class PlainFeed implements BodyFeed {
  readonly #outlet: BodyOutlet;
  readonly #flow: Flow;
  /** Made for the first read that has to wait, which most bodies never have. */
  #held: HeldReads | undefined;
  #next: NodeJS.Immediate | undefined;
  #turn: NodeJS.Immediate | undefined;
  #began = 0;
  #readAt = -Infinity;
  #stopped = false;
  #onHold = false;
  #ending: { readonly failure: CompletionError | undefined } | undefined;

  constructor(outlet: BodyOutlet, flow: Flow) {
    this.#outlet = outlet;
    this.#flow = flow;
  }

  push(bytes: Uint8Array, now: number): void {
    this.#beginStretch(now);
    if (!this.#holdsReads() && !this.#onHold && bytes.length <= MAX_READ_BYTES && !this.#isOver(now)) {
      this.#read(bytes, now);
      return;
    }
    (this.#held ??= new HeldReads()).push(bytes);
    if (this.#onHold) this.#pauseWhenFull();
    if (this.#next !== undefined || this.#onHold) return;
    if (this.#isOver(now)) this.#goOnLater();
    else this.#readOn();
  }

  end(failure?: CompletionError): void {
    if (this.#holdsReads()) this.#ending = { failure };
    else this.#outlet.ended(failure);
  }

  hold(): void {
    this.#onHold = true;
    this.#pauseWhenFull();
  }

  release(): void {
    this.#onHold = false;
    this.#readOnNextTurn();
  }

  stop(): void {
    this.#stopped = true;
    clearImmediate(this.#next);
    clearImmediate(this.#turn);
  }

  #holdsReads(): boolean {
    return this.#held?.isEmpty() === false;
  }

  #beginStretch(now: number): void {
    if (this.#turn === undefined && now - this.#readAt > SILENCE_MS) this.#began = now;
  }

  #isOver(now: number): boolean {
    return now - this.#began > STRETCH_MS;
  }

  #read(bytes: Uint8Array, now: number): void {
    this.#outlet.read(bytes, now);
    this.#readAt = performance.now();
    if (this.#turn !== undefined || this.#stopped || this.#readAt - this.#began < NOTABLE_MS) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#readAt = -Infinity;
    });
  }

  #pauseWhenFull(): void {
    if ((this.#held?.byteLength ?? 0) >= ROOM_BYTES) this.#flow.pause();
  }

  #goOnLater(): void {
    this.#flow.pause();
    this.#readOnNextTurn();
  }

  #readOnNextTurn(): void {
    this.#next ??= setImmediate(() => this.#readOn());
  }

  #readOn(): void {
    this.#next = undefined;
    let now = performance.now();
    this.#beginStretch(now);
    while (this.#held !== undefined && this.#holdsReads()) {
      if (this.#onHold) return;
      this.#read(this.#held.take(SLICE_BYTES), now);
      if (this.#stopped) return;
      now = this.#readAt;
      if (this.#holdsReads() && this.#isOver(now)) {
        this.#goOnLater();
        return;
      }
    }
    const end = this.#ending;
    if (!this.#onHold) this.#flow.resume();
    if (end !== undefined) this.#outlet.ended(end.failure);
  }
}

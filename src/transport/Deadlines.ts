import type { TimeoutKind } from '../errors/CompletionError.ts';
import type { Timeouts } from '../request/Timeouts.ts';
import { DeadlineWatch, WATCH_MS, type Watched } from './DeadlineWatch.ts';

/** What a call waits for; each has a time limit of its own. */
export type Wait = 'connect' | 'headers' | 'idle';

/** Whom the time limits of a call report to. */
export interface DeadlineOwner {
  expired(which: TimeoutKind): void;
}

const watch = new DeadlineWatch();

/**
 * The time limits of one call. Far ones are watched together with those of all calls; a near one has a timer, which is set
 * anew only when it fires or a nearer deadline comes up, so that a read of the body costs a look at the clock and no timer.
 */
export class Deadlines implements Watched {
  readonly #owner: DeadlineOwner;
  readonly #contentMs: number;
  readonly #endsAt: number;
  #wait: Wait = 'connect';
  #waitMs = Infinity;
  #seenAt = 0;
  #contentAt = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Infinity;
  #heldSince: number | undefined;
  #lastLook: NodeJS.Immediate | undefined;
  #watched = false;

  constructor(timeouts: Timeouts, startedAt: number, owner: DeadlineOwner) {
    this.#owner = owner;
    this.#contentMs = timeouts.contentMs;
    this.#endsAt = startedAt + timeouts.totalMs;
  }

  /** From now on `wait` is what the call waits for, for at most `ms` without a sign of life. */
  begin(wait: Wait, ms: number): void {
    this.#wait = wait;
    this.seen();
    this.allow(ms);
  }

  /** The limit of the present wait has changed; what has passed of it counts. */
  allow(ms: number): void {
    this.#waitMs = ms;
    this.#arm();
  }

  /** There was a sign of life. */
  seen(now: number = performance.now()): void {
    this.#seenAt = now;
  }

  /** The last sign of life was content. */
  progress(): void {
    this.#contentAt = this.#seenAt;
  }

  /** The consumer makes the endpoint wait: its silence is not the endpoint's. The limit of the whole call goes on. */
  hold(): void {
    this.#heldSince = performance.now();
  }

  /** The endpoint may speak again; the time held does not count. */
  release(): void {
    const since = this.#heldSince;
    if (since === undefined) return;
    this.#heldSince = undefined;
    const now = performance.now();
    // What came while held, such as the rest of a read, counts from its own time.
    const later = (at: number): number => at + Math.max(0, now - Math.max(at, since));
    this.#seenAt = later(this.#seenAt);
    this.#contentAt = later(this.#contentAt);
    this.#arm();
  }

  stop(): void {
    // Nothing is nearer than that: whoever goes on using a stopped clock sets no timer.
    this.#firesAt = -Infinity;
    clearTimeout(this.#timer);
    clearImmediate(this.#lastLook);
    if (this.#watched) watch.delete(this);
    this.#watched = false;
  }

  /** Some time has passed. */
  look(): void {
    if (performance.now() < this.#dueAt()) this.#arm();
    else this.#lookAgain();
  }

  /** The timer has fired: a limit is reached, or it was moved meanwhile. */
  fire(): void {
    this.#firesAt = Infinity;
    this.look();
  }

  /** When the nearest limit is reached. */
  #dueAt(): number {
    if (this.#heldSince !== undefined) return this.#endsAt;
    return Math.min(this.#endsAt, this.#seenAt + this.#waitMs, this.#contentAt + this.#contentMs);
  }

  #nearest(): TimeoutKind {
    if (this.#heldSince !== undefined) return 'total';
    const at = this.#dueAt();
    if (at === this.#seenAt + this.#waitMs) return this.#wait;
    return at === this.#contentAt + this.#contentMs ? 'content' : 'total';
  }

  #arm(): void {
    const at = this.#dueAt();
    if (at >= this.#firesAt) return;
    const delay = Math.ceil(at - performance.now());
    if (delay > 2 * WATCH_MS) {
      if (!this.#watched) watch.add(this);
      this.#watched = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#firesAt = at;
    this.#timer = setTimeout(fire, Math.max(delay, 0), this);
  }

  #lookAgain(): void {
    if (this.#lastLook !== undefined) return;
    // Timers run before the network is read. After a pause of the whole process (a busy consumer, a laptop's sleep) the
    // bytes that prove the endpoint alive may be waiting already: they get one chance.
    this.#lastLook = setImmediate(() => {
      this.#lastLook = undefined;
      if (performance.now() < this.#dueAt()) this.#arm();
      else this.#owner.expired(this.#nearest());
    });
  }
}

/** One function for the timers of all calls. */
const fire = (deadlines: Deadlines): void => deadlines.fire();

/** What is to be looked at from time to time. */
export interface Watched {
  /** Called once in a period at least. */
  look(): void;
}

/** How often the watched are looked at. What is due within two periods must not wait for it. */
export const WATCH_MS = 1_000;

/**
 * Looks at all that have time limits far away, with one timer among them: a timer of its own is a fifteenth of what a
 * short call costs. The timer ends when nothing is watched, and keeps the process alive only while something is.
 */
export class DeadlineWatch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #setBy: typeof setTimeout | undefined;
  #setAt = 0;

  add(watched: Watched): void {
    this.#watched.add(watched);
    // A clock of tests may have come or gone meanwhile, or dropped its timers.
    if (this.#timer === undefined || this.#setBy !== setTimeout || performance.now() - this.#setAt > 2 * WATCH_MS) this.#set();
    else if (this.#watched.size === 1) this.#timer.ref();
  }

  delete(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size === 0) this.#timer?.unref();
  }

  #set(): void {
    clearTimeout(this.#timer);
    this.#setBy = setTimeout;
    this.#setAt = performance.now();
    this.#timer = setTimeout(() => this.#look(), WATCH_MS);
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#watched.size === 0) return;
    this.#set();
    for (const watched of this.#watched) watched.look();
  }
}

/** What an endpoint still allows of one kind, in its own count. */
export interface Allowance {
  /** How much it allows per window, where it says so; how long its window is, it says nowhere. */
  readonly limit?: number;
  readonly remaining: number;
  /** How long until all of it is there again, in milliseconds. */
  readonly resetMs?: number;
  /** Whether it comes back bit by bit until then; else all of it comes at the end, as far as is known. */
  readonly gradual?: true;
}

/** What the headers of a response say of the endpoint's limits; a hint, since others may share them. */
export interface RateLimit {
  readonly requests?: Allowance;
  readonly tokens?: Allowance;
}

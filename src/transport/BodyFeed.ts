import type { CompletionError } from '../errors/CompletionError.ts';

/** Takes a body from the network and hands it on as it should be read: decoded, and not too much of it at once. */
export interface BodyFeed {
  /** Takes a read of the network; `now` is the time of `performance.now()`, which a read should look at once. */
  push(bytes: Uint8Array, now: number): void;
  /** No more comes, because of `failure` if there is one. What was pushed is read first. */
  end(failure?: CompletionError): void;
  /** The consumer has more than it can take: nothing is read until `release`. */
  hold(): void;
  /** Reads on in another turn: the consumer may be anywhere, even within another call's read. */
  release(): void;
  /** Drops what is held. */
  stop(): void;
}

/** Where a feed hands the body to. */
export interface BodyOutlet {
  read(bytes: Uint8Array, now: number): void;
  /** Comes once, after the last read. */
  ended(failure?: CompletionError): void;
}

/** Holds back the network while what it brought is being read. */
export interface Flow {
  pause(): void;
  resume(): void;
}

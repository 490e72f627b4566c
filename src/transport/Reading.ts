import { CompletionError } from '../errors/CompletionError.ts';
import { describeFailure } from '../errors/describeFailure.ts';
import { emitFrom, type PacedSource } from '../emitFrom.ts';
import type { HttpRequest } from '../request/HttpRequest.ts';
import type { BodyFeed, BodyOutlet, Flow } from './BodyFeed.ts';
import { contentDecoder } from './contentDecoder.ts';
import { createDecodedFeed } from './createDecodedFeed.ts';
import type { Deadlines } from './Deadlines.ts';
import { PlainFeed } from './PlainFeed.ts';
import type { ResponseHead } from './ResponseHead.ts';
import type { ResponseReader } from './ResponseReader.ts';

/** Whose body is read. One of `end` and `fail` ends the reading, unless it is stopped before. */
export interface ReadingOwner {
  /** Makes the reader of the body. */
  openReader(head: ResponseHead): ResponseReader;
  /** The body is whole. */
  end(): void;
  /** The body is not, for this error or for what the reader has thrown. */
  fail(thrown: unknown): void;
}

/** Brings one response's body to its reader: decoded, counted, timed. */
export class Reading implements BodyOutlet, PacedSource {
  readonly #request: HttpRequest;
  readonly #deadlines: Deadlines;
  readonly #owner: ReadingOwner;
  readonly #feed: BodyFeed;
  readonly #reader: ResponseReader;
  #stopped = false;
  #holds = 0;
  #idleMs: number;
  #arrivedBytes = 0;
  #readBytes = 0;

  constructor(head: ResponseHead, owner: ReadingOwner, request: HttpRequest, deadlines: Deadlines, flow: Flow) {
    this.#request = request;
    this.#deadlines = deadlines;
    this.#owner = owner;
    this.#idleMs = request.timeouts.idleMs;
    const decoder = contentDecoder(head);
    this.#feed = decoder === undefined ? new PlainFeed(this, flow) : createDecodedFeed(decoder, this, flow);
    // Before the clock is set, so that it is set to the content's limit where that is the nearer one.
    this.#deadlines.seen();
    this.#deadlines.progress();
    this.#deadlines.begin('idle', this.#idleMs);
    this.#reader = owner.openReader(head);
    this.#followIdleMs();
  }

  /** Bytes came from the network. */
  receive(bytes: Uint8Array): void {
    const now = performance.now();
    this.#deadlines.seen(now);
    this.#arrivedBytes += bytes.length;
    // Counted here too: what is held, or decodes to nothing, costs as well.
    if (this.#arrivedBytes > this.#request.limits.maxStreamBytes) this.#fail(this.#tooLong());
    else this.#feed.push(bytes, now);
  }

  /** No more comes from the network, because of `failure` if there is one. */
  finish(failure?: CompletionError): void {
    this.#feed.end(failure);
  }

  stop(): void {
    this.#stopped = true;
    this.#feed.stop();
  }

  read(bytes: Uint8Array, now: number): void {
    if (this.#stopped) return;
    this.#deadlines.seen(now);
    this.#readBytes += bytes.length;
    if (this.#readBytes > this.#request.limits.maxStreamBytes) {
      this.#fail(this.#tooLong());
      return;
    }
    try {
      emitFrom(this, pushInto, this.#reader, bytes);
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    this.#followIdleMs();
  }

  /** The whole way back is held: the feed, the socket behind it, and the clock of the endpoint's silence. */
  hold(): () => void {
    if (this.#holds++ === 0 && !this.#stopped) {
      this.#deadlines.hold();
      this.#feed.hold();
    }
    let released = false;
    return () => {
      if (released) return;
      released = true;
      if (--this.#holds > 0 || this.#stopped) return;
      this.#deadlines.release();
      this.#feed.release();
    };
  }

  /** The body has ended, or has to: the reader says whether what came is whole. */
  ended(failure?: CompletionError): void {
    let reported: CompletionError | undefined;
    try {
      if (failure === undefined) this.#reader.flush();
      else reported = this.#reader.interrupt(failure);
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    if (reported === undefined) this.#owner.end();
    else this.#fail(reported);
  }

  #fail(thrown: unknown): void {
    this.#owner.fail(thrown);
  }

  #followIdleMs(): void {
    const idleMs = this.#reader.idleMs?.() ?? this.#request.timeouts.idleMs;
    if (idleMs === this.#idleMs) return;
    this.#idleMs = idleMs;
    this.#deadlines.allow(idleMs);
  }

  #tooLong(): CompletionError {
    const { endpoint, limits } = this.#request;
    const sentence = describeFailure('limit', { endpoint });
    return new CompletionError('limit', { endpoint, message: `${sentence} (maxStreamBytes ${limits.maxStreamBytes})` });
  }
}

const pushInto = (reader: ResponseReader, bytes: Uint8Array): void => reader.push(bytes);

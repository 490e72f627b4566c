import type { DispatcherLike } from '../request/DispatcherLike.ts';
import type { HttpRequest } from '../request/HttpRequest.ts';
import type { ResponseHead } from './ResponseHead.ts';
import type { ExchangePhase } from './toNetworkError.ts';
import { toResponseHead, type RawHeaders } from './toResponseHead.ts';
import { TRACE, type TracedOptions } from './TracedClient.ts';

/** Whom an exchange reports to. After `responseEnded` or `responseFailed`, and once it was stopped, it reports nothing. */
export interface ExchangeOwner {
  connected(): void;
  answered(head: ResponseHead): void;
  received(bytes: Uint8Array): void;
  responseEnded(): void;
  responseFailed(error: unknown, phase: ExchangePhase, stale: boolean): void;
}

/** undici's handle on a request that has reached a socket. */
interface Controller {
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** A socket that died in the pool shows it within a round trip; what breaks later broke while the endpoint was at work. */
const STALE_WITHIN_MS = 2_000;

const OVER = new Error('the call is over');

/** One request sent and its response, as undici's handler; knows nothing of what the bytes mean. */
export class Exchange {
  readonly #request: HttpRequest;
  readonly #owner: ExchangeOwner;
  #traced: TracedOptions | undefined;
  #phase: ExchangePhase = 'connect';
  #controller: Controller | undefined;
  /** Nothing is reported any more. */
  #over = false;
  /** undici is done with the request, whose socket may serve another by now. */
  #settled = false;
  #mayPause = false;
  #reusedAt = -Infinity;

  constructor(request: HttpRequest, owner: ExchangeOwner) {
    this.#request = request;
    this.#owner = owner;
  }

  get phase(): ExchangePhase {
    return this.#phase;
  }

  send(dispatcher: DispatcherLike): void {
    const { address, headers, body } = this.#request;
    const options = {
      origin: address.origin,
      path: address.path,
      method: 'POST',
      headers,
      body,
      headersTimeout: 0,
      bodyTimeout: 0,
      [TRACE]: undefined,
    };
    this.#traced = options;
    try {
      dispatcher.dispatch(options, this);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the exchange and closes its socket, also one that is not connected yet. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#closeSocket();
  }

  /**
   * Ends an exchange whose answer is whole. The socket is closed in this turn of the event loop, unless the response's own
   * end is in it: then the socket serves the next call.
   */
  leave(): void {
    if (this.#over) return;
    // A paused socket would not come to the response's end.
    this.resume();
    this.#over = true;
    setImmediate(() => this.#closeSocket());
  }

  pause(): void {
    if (this.#mayPause && !this.#over) this.#controller?.pause();
  }

  resume(): void {
    if (this.#mayPause && !this.#over) this.#controller?.resume();
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#over) {
      this.#closeSocket();
      return;
    }
    this.#phase = 'headers';
    const trace = this.#traced?.[TRACE];
    // The rest of the options is of no more use; an open stream would keep it.
    this.#traced = { [TRACE]: trace };
    if ((trace?.use() ?? 0) > 0) this.#reusedAt = performance.now();
    this.#owner.connected();
  }

  onResponseStarted(): void {
    this.#reusedAt = -Infinity;
  }

  onResponseStart(controller: Controller, status: number, headers: RawHeaders | null | undefined): void {
    if (this.#over || status < 200) return;
    this.#controller = controller;
    this.#phase = 'body';
    const head = toResponseHead(status, headers ?? {});
    // They have been read; an open stream would keep them. Another dispatcher's controller may be read-only.
    Reflect.set(controller, 'rawHeaders', null);
    this.#mayPause = keepsAlive(head);
    this.#owner.answered(head);
  }

  onResponseData(_controller: Controller, bytes: Uint8Array): void {
    if (!this.#over) this.#owner.received(bytes);
  }

  onResponseEnd(): void {
    this.#settled = true;
    if (this.#over) return;
    this.#over = true;
    this.#owner.responseEnded();
  }

  onResponseError(_controller: Controller | undefined, error: unknown): void {
    this.#settled = true;
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    const stale = this.#phase === 'headers' && performance.now() - this.#reusedAt < STALE_WITHIN_MS;
    this.#owner.responseFailed(error, this.#phase, stale);
  }

  /** A dispatcher of the caller's offers no way to a socket that is not connected yet: then the request's start ends it. */
  #closeSocket(): void {
    if (this.#settled) return;
    const trace = this.#traced?.[TRACE];
    if (trace === undefined) this.#controller?.abort(OVER);
    else trace.close(OVER);
  }
}

/**
 * undici 7 throws past every caller, which ends the process, when the peer closes a paused response that will not be kept
 * alive (nodejs/undici#5360). Such a response is not paused: what comes meanwhile is held, within the limit of the stream.
 */
const keepsAlive = ({ headers }: ResponseHead): boolean => {
  const connection = headers['connection']?.toLowerCase() ?? '';
  if (connection.includes('close')) return false;
  return connection.includes('keep-alive') || headers['transfer-encoding']?.toLowerCase() === 'chunked';
};

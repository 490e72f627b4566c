import type { Subscriber, Unsubscribable } from 'rxjs';
import { CompletionError, type TimeoutKind } from '../errors/CompletionError.ts';
import { describeFailure } from '../errors/describeFailure.ts';
import { redact } from '../errors/redact.ts';
import type { DispatcherLike } from '../request/DispatcherLike.ts';
import type { HttpRequest } from '../request/HttpRequest.ts';
import { Deadlines, type DeadlineOwner } from './Deadlines.ts';
import { freshDispatcher, sharedDispatcher } from './sharedDispatcher.ts';
import { Exchange, type ExchangeOwner } from './Exchange.ts';
import { onAbort } from './onAbort.ts';
import { Reading, type ReadingOwner } from './Reading.ts';
import { redirectError } from './redirectError.ts';
import { requestIdOf } from './requestIdOf.ts';
import { reportThrown } from './reportThrown.ts';
import type { ResponseHead } from './ResponseHead.ts';
import type { OpenReader, ReaderSink, ResponseReader } from './ResponseReader.ts';
import { sanitizeCause } from './sanitizeCause.ts';
import { toNetworkError, type ExchangePhase } from './toNetworkError.ts';

/** Whose call it is. */
export interface CallOwner<Out> {
  /** When the caller began to wait, in the time of `performance.now()`. */
  readonly startedAt: number;
  readonly open: OpenReader<Out>;
  readonly subscriber: Subscriber<Out>;
  /** The call is over, with nothing left behind. */
  failed(error: CompletionError, request: HttpRequest): void;
}

/**
 * One call, from its request to its single ending. Its exchange, its clock and its body report to it, its reader emits into
 * it, and every ending passes through `#release`, which leaves nothing behind.
 */
export class Call<Out> implements Unsubscribable, DeadlineOwner, ExchangeOwner, ReadingOwner, ReaderSink<Out> {
  readonly #owner: CallOwner<Out>;
  readonly #request: HttpRequest;
  readonly #deadlines: Deadlines;
  #exchange: Exchange;
  #reading: Reading | undefined;
  #requestId: string | undefined;
  #forgetSignal: (() => void) | undefined;
  #committed = false;
  #resent = false;
  #over = false;

  constructor(owner: CallOwner<Out>, request: HttpRequest) {
    this.#owner = owner;
    this.#request = request;
    this.#deadlines = new Deadlines(request.timeouts, owner.startedAt, this);
    this.#exchange = new Exchange(request, this);
  }

  start(): void {
    const { signal, dispatcher } = this.#request;
    if (signal?.aborted === true) {
      this.#abort();
      return;
    }
    if (signal !== undefined) this.#forgetSignal = onAbort(signal, () => this.#abort());
    this.#send(dispatcher ?? sharedDispatcher());
  }

  /** The consumer has unsubscribed, or the call has ended. */
  unsubscribe(): void {
    if (this.#over) return;
    this.#exchange.stop();
    this.#release();
  }

  expired(which: TimeoutKind): void {
    const { phase } = this.#exchange;
    const { endpoint, timeouts } = this.#request;
    const limit = `timeouts.${which}Ms: ${timeouts[`${which}Ms`]}`;
    const message = `${describeFailure('timeout', { which, endpoint })} (${limit})`;
    const failure = this.#enrich(new CompletionError('timeout', { which, phase, endpoint, message }));
    if (this.#reading === undefined) this.fail(failure);
    else this.#reading.ended(failure);
  }

  connected(): void {
    this.#deadlines.begin('headers', this.#request.timeouts.headersMs);
  }

  answered(head: ResponseHead): void {
    this.#requestId = requestIdOf(head, { secrets: this.#request.secrets });
    if (head.status >= 300 && head.status < 400) {
      this.fail(redirectError(head, this.#request));
      return;
    }
    try {
      const reading = new Reading(head, this, this.#request, this.#deadlines, this.#exchange);
      // The reader may have ended the call while it was opened.
      if (this.#over) reading.stop();
      this.#reading = reading;
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  received(bytes: Uint8Array): void {
    this.#reading?.receive(bytes);
  }

  responseEnded(): void {
    this.#reading?.finish();
  }

  responseFailed(error: unknown, phase: ExchangePhase, stale: boolean): void {
    if (stale && !this.#resent) {
      this.#resent = true;
      this.#exchange = new Exchange(this.#request, this);
      this.#send(freshDispatcher());
      return;
    }
    const failure = this.#enrich(toNetworkError(error, phase, this.#request));
    if (this.#reading === undefined) this.fail(failure);
    else this.#reading.finish(failure);
  }

  openReader(head: ResponseHead): ResponseReader {
    return this.#owner.open(head, this, this.#request);
  }

  emit(output: Out): void {
    if (!this.#over) this.#owner.subscriber.next(output);
  }

  isClosed(): boolean {
    return this.#over;
  }

  progress(): void {
    this.#committed = true;
    this.#deadlines.progress();
  }

  /** The reader has the whole answer, before the body has ended or with it. */
  end(): void {
    if (this.#over) return;
    this.#exchange.leave();
    this.#release();
    reportThrown(() => this.#owner.subscriber.complete());
  }

  fail(thrown: unknown): void {
    if (this.#over) return;
    this.#exchange.stop();
    this.#release();
    const error = this.#enrich(thrown);
    reportThrown(() => this.#owner.failed(error, this.#request));
  }

  #send(dispatcher: DispatcherLike): void {
    this.#deadlines.begin('connect', this.#request.timeouts.connectMs);
    this.#exchange.send(dispatcher);
  }

  #abort(): void {
    const { endpoint, signal } = this.#request;
    const reason: unknown = signal?.reason;
    this.fail(
      new CompletionError('aborted', {
        phase: this.#exchange.phase,
        endpoint,
        ...(reason instanceof Error && { cause: sanitizeCause(reason, this.#request) }),
      }),
    );
  }

  #release(): void {
    this.#over = true;
    this.#deadlines.stop();
    this.#reading?.stop();
    this.#forgetSignal?.();
  }

  /**
   * Every error of a call says where the call went and whether content had come. What is no `CompletionError` was thrown
   * while the response was read.
   */
  #enrich(thrown: unknown): CompletionError {
    const { endpoint } = this.#request;
    const error =
      thrown instanceof CompletionError
        ? thrown
        : new CompletionError('unexpected_content', { endpoint, cause: sanitizeCause(thrown, this.#request) });
    const told = this.#requestId;
    const requestId = error.requestId ?? (told === undefined ? undefined : redact(told, this.#request));
    const committed = this.#committed;
    if (error.endpoint !== undefined && error.requestId === requestId && error.committed === committed) return error;
    return error.with({ endpoint: error.endpoint ?? endpoint, committed, ...(requestId !== undefined && { requestId }) });
  }
}

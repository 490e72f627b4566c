import type { CompletionError } from '../errors/CompletionError.ts';
import type { HttpRequest } from '../request/HttpRequest.ts';
import type { StageRun } from '../stage.ts';
import type { ResponseHead } from './ResponseHead.ts';

/** Where a reader puts what it reads. */
export interface ReaderSink<Out> {
  emit(output: Out): void;
  /** The call is over: what is emitted now is dropped, so a reader may stop in the middle of a read. */
  isClosed(): boolean;
  /** Content was seen: the content timer starts anew. */
  progress(): void;
  /** The answer is whole before the body has ended: the call completes now and its socket is freed. */
  end(): void;
}

/** Reads one response's body. What it throws becomes the call's error and closes the socket. */
export interface ResponseReader extends StageRun<Uint8Array> {
  /** The silence allowed from here on, in milliseconds, where it differs from `timeouts.idleMs`; asked after each read. */
  idleMs?(): number | undefined;
  /**
   * The body broke off or fell silent. Returns the error to report, or nothing when what came before is whole all the same;
   * the call then completes.
   */
  interrupt(error: CompletionError): CompletionError | undefined;
}

/** Makes the reader for a response, once its head has come. */
export type OpenReader<Out> = (head: ResponseHead, sink: ReaderSink<Out>, request: HttpRequest) => ResponseReader;

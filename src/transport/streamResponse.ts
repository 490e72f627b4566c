import { Observable, type Subscriber } from 'rxjs';
import type { CompletionError } from '../errors/CompletionError.ts';
import type { HttpRequest } from '../request/HttpRequest.ts';
import { Call, type CallOwner } from './Call.ts';
import type { OpenReader } from './ResponseReader.ts';

/** How the requests of one question are made. */
export interface Question<Lesson> {
  /** Makes the request, knowing what the refusals of earlier ones have taught. */
  readonly prepare: (lessons: readonly Lesson[]) => HttpRequest | Promise<HttpRequest>;
  /** What a failure teaches of how to ask; nothing where the next request would be no other. */
  readonly learn: (error: CompletionError, request: HttpRequest, lessons: readonly Lesson[]) => Lesson | undefined;
}

/**
 * Sends a request and emits what the reader opened for its response makes of the body. As long as a refusal teaches how to
 * ask, another request follows it.
 *
 * Cold: each subscription prepares and sends a request of its own, at once when `prepare` is synchronous. Errors, those of
 * `prepare` included, arrive as error notifications. Unsubscribing closes the socket, in whatever state it is.
 */
export const streamResponse = <Out, Lesson = never>(
  question: Question<Lesson> | (() => HttpRequest | Promise<HttpRequest>),
  open: OpenReader<Out>,
): Observable<Out> => {
  const asked = typeof question === 'function' ? { prepare: question, learn: () => undefined } : question;
  return new Observable<Out>((subscriber) => new Asking<Out, Lesson>(asked, open, subscriber).ask());
};

/** One subscription: a call, and another one for each lesson. */
class Asking<Out, Lesson> implements CallOwner<Out> {
  readonly startedAt: number = performance.now();
  readonly open: OpenReader<Out>;
  readonly subscriber: Subscriber<Out>;
  readonly #question: Question<Lesson>;
  #lessons: readonly Lesson[] = [];
  #call: Call<Out> | undefined;

  constructor(question: Question<Lesson>, open: OpenReader<Out>, subscriber: Subscriber<Out>) {
    this.#question = question;
    this.open = open;
    this.subscriber = subscriber;
  }

  ask(): void {
    try {
      const prepared = this.#question.prepare(this.#lessons);
      if ('then' in prepared) prepared.then((request) => this.#send(request)).catch((error: unknown) => this.subscriber.error(error));
      else this.#send(prepared);
    } catch (error) {
      this.subscriber.error(error);
    }
  }

  failed(error: CompletionError, request: HttpRequest): void {
    if (this.#call !== undefined) this.subscriber.remove(this.#call);
    const lesson = this.#lessonOf(error, request);
    if (lesson === undefined) {
      this.subscriber.error(error);
      return;
    }
    this.#lessons = [...this.#lessons, lesson];
    this.ask();
  }

  #lessonOf(error: CompletionError, request: HttpRequest): Lesson | undefined {
    try {
      return this.#question.learn(error, request, this.#lessons);
    } catch {
      // The caller's model may be in its way; the refusal is what is to be told.
      return undefined;
    }
  }

  #send(request: HttpRequest): void {
    if (this.subscriber.closed) return;
    const call = new Call(this, request);
    this.#call = call;
    // Joined before it starts: a dispatcher may answer within the call, and the consumer leave within its first event.
    this.subscriber.add(call);
    call.start();
  }
}

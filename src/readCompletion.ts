import type { CompletionError } from './errors/CompletionError.ts';
import { isContent } from './events/isContent.ts';
import type { StreamEvent } from './events/StreamEvent.ts';
import { toEvents, type EventMaker, type ToEventsConfig } from './events/toEvents.ts';
import { readBody, type ReadBodyConfig } from './readBody.ts';
import type { HttpRequest } from './request/HttpRequest.ts';
import type { StageRun } from './stage.ts';
import type { ResponseHead } from './transport/ResponseHead.ts';
import type { OpenReader, ReaderSink, ResponseReader } from './transport/ResponseReader.ts';
import { requestIdOf } from './transport/requestIdOf.ts';
import type { FailureContext } from './wire/FailureContext.ts';
import { readHttpError } from './wire/readHttpError.ts';
import { readRateLimit } from './wire/readRateLimit.ts';

/** Joins the stations of a chunk's journey, bytes to events, into the reader of one response. */
export const readCompletion: OpenReader<StreamEvent> = (head, sink, request) =>
  head.status >= 200 && head.status <= 299 ? new AnswerReader(head, sink, request) : errorReader(request, head);

class AnswerReader implements ResponseReader {
  readonly #sink: ReaderSink<StreamEvent>;
  readonly #afterFinishMs: number;
  readonly #events: EventMaker;
  readonly #body: StageRun<Uint8Array>;

  constructor(head: ResponseHead, sink: ReaderSink<StreamEvent>, request: HttpRequest) {
    const { limits, answer, warnings } = request;
    this.#sink = sink;
    this.#afterFinishMs = request.timeouts.afterFinishMs;
    const emit = (event: StreamEvent): void => this.#emit(event);
    emit(startOf(head, request));
    for (const warning of warnings) emit({ type: 'warning', ...warning });
    // Field by field, and one for all stations: a spread costs a short call more than its chunks do.
    const config: ReadBodyConfig & ToEventsConfig = {
      maxEventBytes: limits.maxEventBytes,
      maxJsonDepth: limits.maxJsonDepth,
      maxChoices: limits.maxChoices,
      maxToolCalls: limits.maxToolCalls,
      maxToolInputBytes: limits.maxToolInputBytes,
      choices: answer.choices,
      onBadFrame: answer.onBadFrame,
      reasoningFields: answer.reasoningFields,
      includeRaw: answer.includeRaw,
      includeHeartbeats: answer.includeHeartbeats,
      // A raw chunk must have been parsed.
      learnFrames: !answer.includeRaw,
      contentType: head.headers['content-type'] ?? '',
      failure: request,
    };
    const events = toEvents(config, emit);
    this.#events = events;
    this.#body = readBody(config)((item) => events.push(item));
  }

  idleMs(): number | undefined {
    return this.#events.isSettled() ? this.#afterFinishMs : undefined;
  }

  push(bytes: Uint8Array): void {
    this.#body.push(bytes);
  }

  flush(): void {
    this.#body.flush();
    this.#events.flush();
  }

  interrupt(error: CompletionError): CompletionError | undefined {
    if (!this.#events.isSettled()) return error;
    this.#events.settle('no_end', `every choice had finished when the stream broke off (${error.code})`);
    return undefined;
  }

  #emit(event: StreamEvent): void {
    if (isContent(event)) this.#sink.progress();
    this.#sink.emit(event);
    if (event.type === 'done') this.#sink.end();
  }
}

const startOf = (head: ResponseHead, { endpoint, secrets }: HttpRequest): StreamEvent => {
  const requestId = requestIdOf(head, { secrets });
  const rateLimit = readRateLimit(head.headers);
  return {
    type: 'start',
    attempt: 1,
    endpoint,
    status: head.status,
    ...(requestId === undefined ? undefined : { requestId }),
    ...(rateLimit === undefined ? undefined : { rateLimit }),
  };
};

const errorReader = (request: HttpRequest, head: ResponseHead): ResponseReader => {
  const reader = readHttpError(head.status, head.headers, request.limits.maxErrorBodyBytes, failureContext(request));
  return {
    // The body of an error may take less time than an answer's, never more.
    idleMs: () => Math.min(reader.idleMs(), request.timeouts.idleMs),
    push: (bytes) => reader.push(bytes),
    flush: () => reader.flush(),
    interrupt: () => reader.error(),
  };
};

const failureContext = ({ endpoint, secrets, prompt, address }: HttpRequest): FailureContext => ({
  endpoint,
  secrets,
  ...(prompt && { prompt }),
  ...(address.pathname.endsWith('/chat/completions') ? undefined : { addressHint: 'most base URLs end in /v1' }),
});

import { isContent } from './events/isContent.ts';
import type { StreamEvent } from './events/StreamEvent.ts';
import { toEvents, type EventMaker } from './events/toEvents.ts';
import { readBody } from './readBody.ts';
import type { HttpRequest } from './request/HttpRequest.ts';
import type { ResponseHead } from './transport/ResponseHead.ts';
import type { OpenReader, ReaderSink, ResponseReader } from './transport/ResponseReader.ts';
import { requestIdOf } from './transport/requestIdOf.ts';
import type { FailureContext } from './wire/FailureContext.ts';
import { readHttpError } from './wire/readHttpError.ts';
import { readRateLimit } from './wire/readRateLimit.ts';

/** Joins the stations of a chunk's journey, bytes to events, into the reader of one response. */
export const readCompletion: OpenReader<StreamEvent> = (head, sink, request) =>
  head.status >= 200 && head.status <= 299 ? answerReader(request, head, sink) : errorReader(request, head);

const answerReader = (request: HttpRequest, head: ResponseHead, sink: ReaderSink<StreamEvent>): ResponseReader => {
  const { endpoint, limits, answer, timeouts } = request;
  const requestId = requestIdOf(head, { secrets: request.secrets });
  const rateLimit = readRateLimit(head.headers);

  const emit = (event: StreamEvent): void => {
    if (isContent(event)) sink.progress();
    sink.emit(event);
    if (event.type === 'done') sink.end();
  };

  emit({
    type: 'start',
    attempt: 1,
    endpoint,
    status: head.status,
    ...(requestId === undefined ? undefined : { requestId }),
    ...(rateLimit === undefined ? undefined : { rateLimit }),
  });
  for (const warning of request.warnings) emit({ type: 'warning', ...warning });

  // Field by field: a spread costs a short call more than its chunks do.
  const events: EventMaker = toEvents(
    {
      maxToolCalls: limits.maxToolCalls,
      maxToolInputBytes: limits.maxToolInputBytes,
      includeRaw: answer.includeRaw,
      includeHeartbeats: answer.includeHeartbeats,
      choices: answer.choices,
    },
    emit,
  );
  const body = readBody({
    maxEventBytes: limits.maxEventBytes,
    maxJsonDepth: limits.maxJsonDepth,
    maxChoices: limits.maxChoices,
    onBadFrame: answer.onBadFrame,
    reasoningFields: answer.reasoningFields,
    // A raw chunk must have been parsed.
    learnFrames: !answer.includeRaw,
    contentType: head.headers['content-type'] ?? '',
    failure: failureContext(request),
  })((item) => events.push(item));

  return {
    idleMs: () => (events.isSettled() ? timeouts.afterFinishMs : undefined),
    push: (bytes) => body.push(bytes),
    flush: () => {
      body.flush();
      events.flush();
    },
    interrupt: (error) => {
      if (!events.isSettled()) return error;
      events.settle('no_end', `every choice had finished when the stream broke off (${error.code})`);
      return undefined;
    },
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

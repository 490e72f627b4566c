import { CompletionError, type StreamEvent } from 'rx-completions';
import { readCompletion } from '../../src/readCompletion.ts';
import { readAddress } from '../../src/request/addressOf.ts';
import { COMMON_MANNERS } from '../../src/request/hostManners.ts';
import { DEFAULT_LIMITS } from '../../src/request/Limits.ts';
import { DEFAULT_TIMEOUTS } from '../../src/request/Timeouts.ts';
import type { AnswerOptions } from '../../src/request/AnswerOptions.ts';
import type { HttpRequest } from '../../src/request/HttpRequest.ts';
import type { Limits } from '../../src/request/Limits.ts';

/** What a response became: its events, and the error if it ended in one. */
export interface Reading {
  readonly events: readonly StreamEvent[];
  readonly error: CompletionError | undefined;
}

export interface ResponseOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limits?: Partial<Limits>;
  readonly answer?: Partial<AnswerOptions>;
  readonly secrets?: readonly string[];
}

const requestOf = ({ limits, answer, secrets = [] }: ResponseOptions): HttpRequest => ({
  address: readAddress(new URL('http://localhost/v1/chat/completions'), 'http://localhost/v1'),
  headers: {},
  body: '',
  manners: COMMON_MANNERS,
  endpoint: { provider: 'test', model: 'm', host: 'localhost' },
  secrets,
  warnings: [],
  timeouts: DEFAULT_TIMEOUTS,
  limits: { ...DEFAULT_LIMITS, ...limits },
  answer: { choices: 1, onBadFrame: 'error', includeHeartbeats: false, includeRaw: false, ...answer },
});

/** Reads the pieces of a response body through every station but the network. */
export const readResponse = (pieces: readonly Uint8Array[], options: ResponseOptions = {}): Reading => {
  const events: StreamEvent[] = [];
  let ended = false as boolean;
  const sink = {
    emit: (event: StreamEvent) => {
      if (!ended) events.push(event);
    },
    isClosed: () => ended,
    progress: () => undefined,
    end: () => {
      ended = true;
    },
  };
  try {
    const { status = 200, headers = { 'content-type': 'text/event-stream' } } = options;
    const reader = readCompletion({ status, headers }, sink, requestOf(options));
    for (const piece of pieces) if (!ended) reader.push(piece);
    if (!ended) reader.flush();
    return { events, error: undefined };
  } catch (error) {
    // As in a call: once it is over, nothing thrown while the rest of the piece is read counts.
    if (ended) return { events, error: undefined };
    if (error instanceof CompletionError) return { events, error };
    throw error;
  }
};

/** One `data:` frame per chunk, and `[DONE]` where the list ends in it. */
export const frames = (...chunks: readonly unknown[]): Buffer =>
  Buffer.from(chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join(''));

/** The text of a choice. */
export const textIn = (events: readonly StreamEvent[], choice = 0): string =>
  events.map((event) => (event.type === 'text_delta' && event.choice === choice ? event.delta : '')).join('');

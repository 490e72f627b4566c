import type { Endpoint } from '../errors/Endpoint.ts';
import type { TokenLogprob } from '../wire/TokenLogprob.ts';
import type { RateLimit } from '../wire/RateLimit.ts';
import type { FallbackEvent, RetryEvent } from './NoticeEvent.ts';
import type { WarningEvent } from './WarningEvent.ts';

/** How an answer ended, in one vocabulary for all endpoints; `rawReason` keeps the endpoint's own word. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'unknown';

/** The endpoint accepted the call. Voids everything accumulated before it. */
export interface StartEvent {
  readonly type: 'start';
  /** 1 for the first try, counted over retries and fallbacks. */
  readonly attempt: number;
  readonly endpoint: Endpoint;
  readonly status: number;
  readonly requestId?: string;
  /** What the endpoint still allows, where its headers say so. */
  readonly rateLimit?: RateLimit;
}

/** What the first chunk says of the response as a whole. */
export interface ResponseEvent {
  readonly type: 'response';
  readonly id?: string;
  /** The model that answers, which may differ from the one asked for. */
  readonly model?: string;
  /** Seconds since 1970. */
  readonly created?: number;
  /** The provider behind a router, as the router names it. */
  readonly servedBy?: string;
}

/** A piece of the answer's text. */
export interface TextDeltaEvent {
  readonly type: 'text_delta';
  readonly choice: number;
  readonly delta: string;
}

/** A piece of the model's reasoning. `delta` may be empty when only `details` came (an encrypted block, a signature). */
export interface ReasoningDeltaEvent {
  readonly type: 'reasoning_delta';
  readonly choice: number;
  readonly delta: string;
  /** The endpoint's `reasoning_details`, verbatim, for replay on the next turn. */
  readonly details?: readonly unknown[];
}

/** A piece of a refusal. */
export interface RefusalDeltaEvent {
  readonly type: 'refusal_delta';
  readonly choice: number;
  readonly delta: string;
}

/** A fragment of a tool call exactly as sent, in order; `assembleToolCalls` makes calls of them. */
export interface ToolCallDeltaEvent {
  readonly type: 'tool_call_delta';
  readonly choice: number;
  /** The endpoint's index; absent where the endpoint sends none. */
  readonly index?: number;
  readonly id?: string;
  readonly name?: string;
  /** A piece of the arguments' JSON text, `''` when the fragment only names the call. */
  readonly delta: string;
  /** Fields of the call outside the standard, verbatim, for replay (Gemini's thought signature). */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A citation. Only what the endpoint sent is set. */
export interface AnnotationEvent {
  readonly type: 'annotation';
  readonly choice: number;
  readonly url?: string;
  readonly title?: string;
  readonly content?: string;
  /** Where the cited text stands in the answer, in the endpoint's own units. */
  readonly startIndex?: number;
  readonly endIndex?: number;
  /** The endpoint's own object. */
  readonly raw: unknown;
}

/** An image, as a URL or a data URL. */
export interface ImageEvent {
  readonly type: 'image';
  readonly choice: number;
  readonly index?: number;
  readonly url: string;
}

/** A piece of spoken answer: base64 audio in `delta`, its words in `transcript`. */
export interface AudioDeltaEvent {
  readonly type: 'audio_delta';
  readonly choice: number;
  readonly id?: string;
  readonly delta: string;
  readonly transcript?: string;
  /** Seconds since 1970 until when the endpoint keeps the audio. */
  readonly expiresAt?: number;
}

/** Probabilities of the tokens of one chunk. */
export interface LogprobsEvent {
  readonly type: 'logprobs';
  readonly choice: number;
  readonly content: readonly TokenLogprob[];
  readonly refusal?: readonly TokenLogprob[];
}

/** The provider's own usage object, each time one is sent: `normalizeUsage` reads it. */
export interface UsageReportEvent {
  readonly type: 'usage_report';
  readonly report: Readonly<Record<string, unknown>>;
}

/** One choice has ended. Comes once per choice, after all its deltas. */
export interface FinishEvent {
  readonly type: 'finish';
  readonly choice: number;
  readonly reason: FinishReason;
  /** The endpoint's own word; absent when it gave none. */
  readonly rawReason?: string;
}

/** A keep-alive; only with `includeHeartbeats`. */
export interface HeartbeatEvent {
  readonly type: 'heartbeat';
  readonly comment?: string;
}

/** A chunk as the endpoint sent it; only with `includeRaw`. */
export interface RawEvent {
  readonly type: 'raw';
  readonly chunk: unknown;
}

/** The last event of a whole answer; the Observable completes after it. */
export interface DoneEvent {
  readonly type: 'done';
  /** The finish reason of the first choice. */
  readonly reason: FinishReason;
  /** How many attempts it took, retries and fallbacks included. */
  readonly attempts: number;
}

/** Everything a call can emit. Plain objects that survive `structuredClone` and JSON. */
export type StreamEvent =
  | StartEvent
  | ResponseEvent
  | TextDeltaEvent
  | ReasoningDeltaEvent
  | RefusalDeltaEvent
  | ToolCallDeltaEvent
  | AnnotationEvent
  | ImageEvent
  | AudioDeltaEvent
  | LogprobsEvent
  | UsageReportEvent
  | FinishEvent
  | WarningEvent
  | HeartbeatEvent
  | RawEvent
  | RetryEvent
  | FallbackEvent
  | DoneEvent;

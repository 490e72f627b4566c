import type { CompletionErrorCode } from './CompletionErrorCode.ts';
import type { Endpoint } from './Endpoint.ts';
import { describeFailure } from './describeFailure.ts';

/** How far the call had come: before sending, before the response, before its body, or within the body. */
export type CompletionPhase = 'config' | 'connect' | 'headers' | 'body';

/** The time limit that ran out. */
export type TimeoutKind = 'connect' | 'headers' | 'idle' | 'content' | 'total';

/** What the endpoint itself said about the failure: short, redacted, never the prompt. */
export interface ProviderError {
  readonly message?: string;
  readonly code?: string;
  readonly type?: string;
  readonly param?: string;
  /** The answer the endpoint could not use, as some endpoints return it with a failed tool call. */
  readonly failedGeneration?: string;
}

/** What is known about a failure. Everything but the code is optional. */
export interface CompletionErrorDetails {
  readonly message?: string;
  readonly phase?: CompletionPhase;
  readonly retryable?: boolean;
  readonly committed?: boolean;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly endpoint?: Endpoint;
  readonly requestId?: string;
  readonly providerError?: ProviderError;
  readonly which?: TimeoutKind;
  readonly errors?: readonly CompletionError[];
  readonly partial?: unknown;
  readonly cause?: unknown;
}

/**
 * The one error type of this package; it arrives as an error notification, never as an event.
 *
 * Holds no key, no prompt and no header value, in no property, message, stack or cause.
 */
export class CompletionError extends Error {
  override readonly name = 'CompletionError';
  readonly code: CompletionErrorCode;
  // The optional fields are only declared: an own property that is undefined would show in every log.
  /** How far the call had come. */
  readonly phase: CompletionPhase;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  /** Whether content had been delivered before the failure. */
  readonly committed: boolean;
  /** HTTP status, or the status the endpoint put into an error inside the stream. */
  declare readonly status?: number;
  /** How long the endpoint asks to wait, in milliseconds. */
  declare readonly retryAfterMs?: number;
  declare readonly endpoint?: Endpoint;
  declare readonly requestId?: string;
  declare readonly providerError?: ProviderError;
  /** For `timeout`: the limit that ran out. */
  declare readonly which?: TimeoutKind;
  /** For `endpoints_exhausted`: every endpoint's failure, in the order tried. */
  declare readonly errors?: readonly CompletionError[];
  /** What an operator that collects had of the answer when the failure came: the message so far, for `collectMessage`. */
  declare readonly partial?: unknown;

  constructor(code: CompletionErrorCode, details: CompletionErrorDetails = {}) {
    super(
      details.message ?? describeFailure(code, details),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.phase = details.phase ?? (code === 'config' ? 'config' : 'body');
    this.retryable = details.retryable ?? retryableByDefault(code, details.status);
    this.committed = details.committed ?? false;
    if (details.status !== undefined) this.status = details.status;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    if (details.endpoint !== undefined) this.endpoint = details.endpoint;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    if (details.providerError !== undefined) this.providerError = details.providerError;
    if (details.which !== undefined) this.which = details.which;
    if (details.errors !== undefined) this.errors = details.errors;
    if (details.partial !== undefined) this.partial = details.partial;
  }

  /** The same failure with more known about it; the original stack is kept. */
  with(details: CompletionErrorDetails): CompletionError {
    const known: CompletionErrorDetails = Object.fromEntries(Object.entries(this));
    const error = new CompletionError(this.code, { ...known, message: this.message, cause: this.cause, ...details });
    if (this.stack !== undefined) error.stack = this.stack;
    return error;
  }

  /** A plain copy for logs and other processes; everything in it is already redacted. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...Object.fromEntries(Object.entries(this)) };
  }
}

const RETRYABLE_CODES: ReadonlySet<CompletionErrorCode> = new Set<CompletionErrorCode>([
  'rate_limit',
  'connect',
  'timeout',
  'connection_lost',
  'truncated',
  'empty_response',
]);

const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);

const retryableByDefault = (code: CompletionErrorCode, status: number | undefined): boolean =>
  RETRYABLE_CODES.has(code) ||
  ((code === 'http_status' || code === 'provider_error') &&
    (status === undefined ? code === 'provider_error' : status >= 500 || RETRYABLE_STATUSES.has(status)));

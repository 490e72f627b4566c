/** Every way a call can fail. The list is closed: a `switch` over it is checked by the compiler. */
export type CompletionErrorCode =
  /** The caller's model, context or options cannot be used; nothing was sent. */
  | 'config'
  /** The endpoint refused the key (401, 403). */
  | 'auth'
  /** The account has no credit left (402, `insufficient_quota`). */
  | 'quota'
  /** Too many requests (429); `retryAfterMs` says how long to wait, where the endpoint said so. */
  | 'rate_limit'
  /** Any other answer that is not a success. */
  | 'http_status'
  /** The endpoint reported an error inside an answer it had begun with status 200. */
  | 'provider_error'
  /** The prompt does not fit into the model's context window. */
  | 'context_length'
  /** The endpoint refused the prompt or the answer for its content. */
  | 'content_filter'
  /** No connection could be made: refused, unreachable, name not found, proxy. */
  | 'connect'
  /** The TLS handshake failed. */
  | 'tls'
  /** A time limit ran out; `which` says which. */
  | 'timeout'
  /** The connection broke after it had been made. */
  | 'connection_lost'
  /** The stream ended in the middle of the answer. */
  | 'truncated'
  /** The endpoint answered with success and said nothing. */
  | 'empty_response'
  /** The body is not a completion in any form (an HTML page, say). */
  | 'unexpected_content'
  /** The endpoint redirects; redirects are not followed. */
  | 'redirect'
  /** A frame of the stream is damaged, so a piece of the answer is missing. */
  | 'bad_frame'
  /** The answer exceeds one of the limits of the call. */
  | 'limit'
  /** The arguments of a tool call cannot be used. */
  | 'tool_input'
  /** The answer does not fit the schema asked for. */
  | 'answer_schema'
  /** A budget of tokens, money or time is spent. */
  | 'budget'
  /** Every endpoint of a chain failed; `errors` holds each failure in order. */
  | 'endpoints_exhausted'
  /** The caller's `AbortSignal` fired. */
  | 'aborted';

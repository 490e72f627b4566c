import type { CompletionError } from '../../src/errors/CompletionError.ts';

/**
 * What a failure says of the endpoint: `counts` against it, means that it `rests` until something changes, or is `ignored`,
 * because it says something of the caller's request, answer or wish.
 */
export type Verdict = 'counts' | 'rests' | 'ignored';

export const verdictOf = ({ code, retryable }: CompletionError): Verdict => {
  switch (code) {
    case 'quota':
      return 'rests';
    case 'auth':
    case 'rate_limit':
    case 'connect':
    case 'tls':
    case 'timeout':
    case 'connection_lost':
    case 'truncated':
    case 'empty_response':
    case 'unexpected_content':
    case 'redirect':
    case 'bad_frame':
      return 'counts';
    case 'http_status':
    case 'provider_error':
      // A status that the same request would get again speaks of the request.
      return retryable ? 'counts' : 'ignored';
    case 'config':
    case 'context_length':
    case 'content_filter':
    case 'limit':
    case 'tool_input':
    case 'answer_schema':
    case 'budget':
    case 'endpoints_exhausted':
    case 'aborted':
      return 'ignored';
    default:
      return code satisfies never;
  }
};

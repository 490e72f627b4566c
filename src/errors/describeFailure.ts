import type { CompletionErrorDetails } from './CompletionError.ts';
import type { CompletionErrorCode } from './CompletionErrorCode.ts';

/** One sentence that says what happened and where: lower case, no full stop, no secret. */
export const describeFailure = (code: CompletionErrorCode, details: CompletionErrorDetails): string => {
  const said = details.providerError?.message;
  const host = details.endpoint?.host ?? 'the endpoint';
  if (code === 'aborted') return `the caller aborted the call to ${host}`;
  const sentence = `${host} ${verbOf(code, details)}`;
  return said === undefined ? sentence : `${sentence}: ${said}`;
};

const verbOf = (code: CompletionErrorCode, { status, which, errors }: CompletionErrorDetails): string => {
  const answered = status === undefined ? '' : ` (${status})`;
  switch (code) {
    case 'config':
      return 'cannot be called like this';
    case 'auth':
      return `refused the key${answered}`;
    case 'quota':
      return `has no quota left for this account${answered}`;
    case 'rate_limit':
      return `received too many requests${answered}`;
    case 'http_status':
      return `answered ${status ?? 'with an unexpected status'}`;
    case 'provider_error':
      return `reported an error in its answer${answered}`;
    case 'context_length':
      return `has too small a context window for this prompt${answered}`;
    case 'content_filter':
      return `refused the content${answered}`;
    case 'connect':
      return 'could not be reached';
    case 'tls':
      return 'failed the TLS handshake';
    case 'timeout':
      return which === undefined ? 'took too long' : TIMEOUT_VERBS[which];
    case 'connection_lost':
      return 'closed the connection before the answer was whole';
    case 'truncated':
      return 'ended the stream in the middle of the answer';
    case 'empty_response':
      return 'answered with nothing';
    case 'unexpected_content':
      return 'answered with something that is not a completion';
    case 'redirect':
      return `answered with a redirect${answered}, which is not followed`;
    case 'bad_frame':
      return 'sent a damaged frame';
    case 'limit':
      return 'sent more than a limit allows';
    case 'tool_input':
      return 'sent tool arguments that cannot be used';
    case 'answer_schema':
      return 'sent an answer that does not fit the schema';
    case 'budget':
      return 'was stopped because a budget is spent';
    case 'endpoints_exhausted':
      return `and every alternate failed (${attemptsIn(errors)})`;
    case 'aborted':
      return 'was aborted by the caller';
    default:
      return code satisfies never;
  }
};

/** More than these are counted only. */
const MAX_LISTED_ATTEMPTS = 5;

/** Hosts, codes and statuses only: what each endpoint said stands in its own error. */
const attemptsIn = (errors: CompletionErrorDetails['errors'] = []): string => {
  const listed = errors
    .slice(0, MAX_LISTED_ATTEMPTS)
    .map(({ endpoint, code, status }) => [endpoint?.host, code, status].filter((known) => known !== undefined).join(' '));
  if (errors.length > listed.length) listed.push('…');
  return `${errors.length} attempts${listed.length === 0 ? '' : ': '}${listed.join(', ')}`;
};

const TIMEOUT_VERBS = {
  connect: 'could not be connected to in time',
  headers: 'did not begin to answer in time',
  idle: 'fell silent in the middle of the answer',
  content: 'sent no content for too long',
  total: 'took longer than the whole call may take',
} as const;

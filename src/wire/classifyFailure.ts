import type { ProviderError } from '../errors/CompletionError.ts';
import type { CompletionErrorCode } from '../errors/CompletionErrorCode.ts';
import type { FailureContext } from './FailureContext.ts';

/**
 * Names a failure by its status and by what the endpoint says of it. The words decide before the status where a status is
 * ambiguous: a 400 may be a prompt that is too long, a 429 an account without credit.
 */
export const classifyFailure = (
  status: number | undefined,
  { message = '', code = '', type = '' }: ProviderError,
  context: FailureContext,
): CompletionErrorCode => {
  const words = `${code} ${type} ${message}`.toLowerCase();
  const says = (phrases: readonly string[]): boolean => phrases.some((phrase) => words.includes(phrase));
  if (status === 402 || says(NO_QUOTA)) return 'quota';
  if (status !== 429 && status !== 401 && says(TOO_LONG)) return 'context_length';
  if (status !== 401 && says(FILTERED)) return 'content_filter';
  if (status === 401 || status === 403 || (status === undefined && says(NO_ACCESS))) return 'auth';
  if (status === 429 || (status === undefined && says(TOO_MANY))) return 'rate_limit';
  return context.status === undefined ? 'provider_error' : 'http_status';
};

const NO_QUOTA = [
  'insufficient_quota',
  'insufficient_credits',
  'insufficient balance',
  'billing_hard_limit_reached',
  'exceeded your current quota',
];

const TOO_LONG = [
  'context_length_exceeded',
  'context length exceeded',
  'exceed_context_size',
  'prompt is too long',
  'input is too long',
  'prompt too long',
  'exceeds the context window',
  'context window exceeds limit',
  'exceeds the maximum number of tokens',
  'maximum prompt length is',
  'maximum context length',
  'max context length',
  'reduce the length of the messages',
  'reduce the length of the input',
  'exceeds the available context size',
  'greater than the context length',
  'too many tokens',
  'too_many_prompt_tokens',
  'length of all messages is too long',
  'token limit exceeded',
  'too large for model',
  'longer than the model',
];

const FILTERED = [
  'content_filter',
  'content_policy_violation',
  'responsibleaipolicyviolation',
  'content management policy',
  'requires moderation',
  'your input was flagged',
  'data_inspection_failed',
];

const NO_ACCESS = ['invalid_api_key', 'authentication_error', 'permission_error', 'unauthorized'];

const TOO_MANY = ['rate_limit', 'rate limit', 'too many requests', 'overloaded_error'];

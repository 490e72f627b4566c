import type { CompletionError } from '../../src/errors/CompletionError.ts';

/** What a failure says of the form that was asked for: it is refused, refused with this schema, or not the matter. */
export type FormRefusal = 'form' | 'schema' | undefined;

/**
 * Tells from an endpoint's words whether it refuses the form of the answer. Each has its own: "'response_format.type' must be
 * 'json_schema' or 'text'" (LM Studio), "This response_format type is unavailable now" (DeepSeek), "This model does not support
 * response format `json_schema`" (Groq), "No endpoints found that can handle the requested parameters" (OpenRouter). An answer
 * the endpoint itself found not to be JSON is no refusal of the form.
 */
export const isFormRefusal = (failure: CompletionError): FormRefusal => {
  const { status, retryable, committed, providerError } = failure;
  if (retryable || committed || status === undefined || !STATUSES.has(status)) return undefined;
  const said = [providerError?.param, providerError?.code, providerError?.type, providerError?.message].join(' ').toLowerCase();
  if (!WORDS.test(said)) return undefined;
  return ABOUT_SCHEMA.test(said) ? 'schema' : 'form';
};

/** The request cannot be used, or nobody can take it: the same request would be answered the same. */
const STATUSES: ReadonlySet<number> = new Set([400, 404, 415, 422, 501]);

const WORDS =
  /response[_ ]?format|response[_ ]?schema|json[_ ]?(?:schema|object|mode)|structured[_ ]?output|guided[_ ]|grammar|no endpoints found that/;

const ABOUT_SCHEMA = /invalid (?:json[_ ]?)?schema|schema (?:is |was )?(?:too|invalid|produces|exceeds)|unsupported (?:keyword|schema)|failed to parse grammar/;

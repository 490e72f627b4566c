import type { SamplingOptions } from './CallOptions.ts';
import type { Draft } from './Draft.ts';
import type { WireObject } from './WireObject.ts';
import { wireResponseFormat } from './wireResponseFormat.ts';

/** The standard fields in the wire's words, in the order of OpenAI's own page on what shapes an answer. */
export const wireSampling = (options: SamplingOptions, draft: Draft): WireObject => ({
  tool_choice: toolChoiceOf(options.toolChoice),
  parallel_tool_calls: options.parallelToolCalls,
  temperature: options.temperature,
  top_p: options.topP,
  top_k: options.topK,
  [draft.manners.maxTokensField === 'max_completion_tokens' ? 'max_completion_tokens' : 'max_tokens']: options.maxTokens,
  stop: options.stop,
  seed: options.seed,
  n: options.n,
  // Endpoints refuse `top_logprobs` alone.
  logprobs: options.logprobs ?? (options.topLogprobs === undefined ? undefined : true),
  top_logprobs: options.topLogprobs,
  frequency_penalty: options.frequencyPenalty,
  presence_penalty: options.presencePenalty,
  logit_bias: options.logitBias,
  response_format: wireResponseFormat(options.responseFormat, draft),
  user: options.user,
  metadata: options.metadata,
  service_tier: options.serviceTier,
  store: options.store,
});

const toolChoiceOf = (choice: SamplingOptions['toolChoice']): unknown =>
  typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice;

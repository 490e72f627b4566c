import type { Observable } from 'rxjs';
import type { StreamEvent } from './events/StreamEvent.ts';
import type { Model } from './model/Model.ts';
import type { CallOptions } from './request/CallOptions.ts';
import type { Context } from './request/Context.ts';
import { streamCompletion } from './streamCompletion.ts';

/**
 * Calls any OpenAI-compatible `/chat/completions` endpoint: OpenAI, Chutes, vLLM, LM Studio, llama.cpp, Groq, a gateway.
 * Cold: every subscription makes one request, and unsubscribing closes its socket.
 *
 * The key is `options.apiKey`, else `OPENAI_API_KEY` when the model's provider is `openai`, `OPENROUTER_API_KEY` when it is
 * `openrouter`, each sent to its own vendor's host only. Loopback endpoints need none. Every failure, also one in the
 * arguments, arrives as a `CompletionError` notification.
 *
 * @example
 * ```ts
 * import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
 * import { accumulateText } from 'rx-completions/operators';
 *
 * const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: 'http://localhost:8000/v1' });
 * const context = { messages: [{ role: 'user', content: 'Hello' }] } as const;
 * streamOpenAICompletions(model, context).pipe(accumulateText()).subscribe(console.log);
 * ```
 * @see streamOpenRouter
 */
export const streamOpenAICompletions = (
  model: Model,
  context: Context,
  options?: CallOptions,
): Observable<StreamEvent> => streamCompletion('openai', model, context, options);

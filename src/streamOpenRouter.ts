import type { Observable } from 'rxjs';
import type { StreamEvent } from './events/StreamEvent.ts';
import type { Model } from './model/Model.ts';
import type { CallOptions } from './request/CallOptions.ts';
import type { Context } from './request/Context.ts';
import { streamCompletion } from './streamCompletion.ts';

/**
 * Calls a model through OpenRouter, or through any endpoint that speaks its dialect. Cold: every subscription makes one
 * request, and unsubscribing closes its socket.
 *
 * The key is `options.apiKey`, else `OPENROUTER_API_KEY`, which is sent to openrouter.ai only. Every failure, also one in the
 * arguments, arrives as a `CompletionError` notification.
 *
 * @example
 * ```ts
 * import { openRouterModel, streamOpenRouter } from 'rx-completions';
 * import { accumulateText } from 'rx-completions/operators';
 *
 * const model = openRouterModel({ id: 'anthropic/claude-sonnet-4' });
 * const context = { messages: [{ role: 'user', content: 'Hello' }] } as const;
 * streamOpenRouter(model, context).pipe(accumulateText()).subscribe(console.log);
 * ```
 * @see streamOpenAICompletions
 */
export const streamOpenRouter = (model: Model, context: Context, options?: CallOptions): Observable<StreamEvent> =>
  streamCompletion('openrouter', model, context, options);

import {
  CompletionError,
  defineTool,
  openAICompatModel,
  openRouterModel,
  streamOpenAICompletions,
  streamOpenRouter,
  type Context,
  type StreamEvent,
} from 'rx-completions';
import { accumulateText, assembleToolCalls, fallbackEndpoints, normalizeUsage, stripThink } from 'rx-completions/operators';
import { catchError, EMPTY, type Observable } from 'rxjs';
import { z } from 'zod';

const weather = defineTool({ name: 'weather', parameters: z.object({ city: z.string() }) });
const context: Context = { messages: [{ role: 'user', content: 'Will it rain in Bern?' }], tools: [weather] };
const spare = streamOpenRouter(openRouterModel({ id: 'anthropic/claude-sonnet-4' }), context);
const model = openAICompatModel({ provider: 'local', id: 'qwen3', baseUrl: 'http://localhost:8000/v1' });
const call: Observable<StreamEvent> = streamOpenAICompletions(model, context, { temperature: 0 });

export const cities: string[] = [];

call
  .pipe(fallbackEndpoints([spare]), stripThink(), assembleToolCalls({ tools: [weather] }), normalizeUsage())
  .subscribe((event) => {
    if (event.type === 'tool_call' && event.inputError === undefined) cities.push(event.input.city);
    // @ts-expect-error: what an answer used is a number
    if (event.type === 'usage' && event.output !== undefined) cities.push(event.output);
  });

export const texts: Observable<string> = call.pipe(
  accumulateText(),
  catchError((error: unknown) => {
    if (error instanceof CompletionError && error.code === 'rate_limit') return EMPTY;
    throw error;
  }),
);

import type { JsonObject } from './json.ts';
import { isObject, textOf } from './json.ts';

/**
 * What single endpoints do differently. Each has a name and the recording that shows it, `provider/recording` in the public
 * collections it was taken from.
 */

/** Groq repeats usage beside its own field, or sends it only there. groq/kimi-k2-multi-tool-streaming */
export const groqUsage = (chunk: JsonObject): unknown => (isObject(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined);

/** Moonshot sends usage inside the choice. moonshot/moonshotai-reasoning */
export const choiceUsage = (choices: readonly unknown[]): unknown => {
  for (const choice of choices) if (isObject(choice) && isObject(choice['usage'])) return choice['usage'];
  return undefined;
};

/** Gateways in front of Anthropic's protocol pass on its message, which holds the usage. */
export const messageUsage = (chunk: JsonObject): unknown => (isObject(chunk['message']) ? chunk['message']['usage'] : undefined);

/** llama.cpp without usage still reports its timings. llama.cpp issue 15827 */
export const timingsAsUsage = (chunk: JsonObject): unknown =>
  isObject(chunk['timings']) && 'predicted_n' in chunk['timings'] ? { timings: chunk['timings'] } : undefined;

/** Ollama's native stream is one object a line, with the message beside `done`. ollama/api-chat */
export const nativeOllamaChoice = (chunk: JsonObject): JsonObject | undefined =>
  isObject(chunk['message']) && typeof chunk['done'] === 'boolean'
    ? {
        index: 0,
        delta: chunk['message'],
        finish_reason: chunk['done'] ? (textOf(chunk['done_reason']) ?? 'stop') : undefined,
      }
    : undefined;

/** The usage fields of Ollama's native stream, on its last line. ollama/api-chat */
export const nativeOllamaUsage = (chunk: JsonObject): unknown =>
  'eval_count' in chunk ? { prompt_eval_count: chunk['prompt_eval_count'], eval_count: chunk['eval_count'] } : undefined;

/** llama.cpp behind GPUStack reports errors in a field of its own. gpustack/streams-thinking-content-when-available */
export const errorField = (line: string): string | undefined =>
  line.startsWith('error:') ? line.slice('error:'.length).trim() : line.startsWith('{') ? line : undefined;

import type { FinishReason } from './StreamEvent.ts';

/** What an endpoint's own word for the end of an answer means; `failed` where it says that the answer is not whole. */
export const finishReason = (rawReason: string): FinishReason | 'failed' =>
  MEANINGS.get(rawReason.trim().toLowerCase()) ?? 'unknown';

const words = <Meaning extends string>(meaning: Meaning, raw: readonly string[]): [string, Meaning][] => raw.map((word) => [word, meaning]);

const MEANINGS: ReadonlyMap<string, FinishReason | 'failed'> = new Map<string, FinishReason | 'failed'>([
  ...words('stop', ['stop', '', 'eos', 'eos_token', 'end', 'end_turn', 'stop_sequence', 'stopped', 'completed', 'complete']),
  ...words('length', ['length', 'max_tokens', 'max_output_tokens', 'model_length', 'model_context_window_exceeded']),
  ...words('tool_calls', ['tool_calls', 'tool_call', 'tool_use', 'function_call']),
  ...words('content_filter', [
    'content_filter',
    'content-filter',
    'sensitive',
    'safety',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    'refusal',
  ]),
  ...words('failed', ['error', 'network_error', 'insufficient_system_resource', 'malformed_function_call']),
]);

import type { StreamEvent } from './StreamEvent.ts';

/**
 * Whether an event carries a piece of the answer. The first one commits the attempt: from then on an endpoint cannot be
 * changed in silence. Heartbeats, raw chunks, notices, `response` and `usage_report` never do.
 */
export const isContent = (event: { readonly type: string }): boolean => CONTENT.has(event.type);

const CONTENT: ReadonlySet<string> = new Set<StreamEvent['type']>([
  'text_delta',
  'reasoning_delta',
  'refusal_delta',
  'tool_call_delta',
  'annotation',
  'image',
  'audio_delta',
  'logprobs',
]);

import type { StreamEvent } from '../../src/events/StreamEvent.ts';

/** A piece of something longer. */
export type DeltaEvent = Extract<StreamEvent, { readonly delta: string }>;

/** Whether a value is such an event. Those of one `type` have one shape, which is what the discriminated union promises. */
export const isDelta = (value: unknown): value is DeltaEvent =>
  typeof value === 'object' && value !== null && 'type' in value && TYPES.has(value.type);

const TYPES: ReadonlySet<unknown> = new Set<DeltaEvent['type']>([
  'text_delta',
  'reasoning_delta',
  'refusal_delta',
  'tool_call_delta',
  'audio_delta',
]);

import type { AnyEvent } from '../EventOperator.ts';

/** An event behind `markParts`: a delta says which part it belongs to, and a fragment of a call which call as well. */
export type Marked<E extends AnyEvent> = E extends { readonly type: 'text_delta' | 'reasoning_delta' | 'refusal_delta' }
  ? E & InPart
  : E extends { readonly type: 'tool_call_delta' }
    ? E & InCall
    : E;

/** Where a piece of words belongs. */
interface InPart {
  /** The number that the `_start` of its part has. */
  readonly part: number;
}

/** Where a fragment of a call belongs. */
interface InCall extends InPart {
  /** The one of its `tool_call_start`. */
  readonly callId: string;
}

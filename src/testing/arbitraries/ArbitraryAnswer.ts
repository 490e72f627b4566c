import type { FinishReason } from '../../events/StreamEvent.ts';
import type { JsonObject } from '../sse/JsonObject.ts';

/** A tool call as whoever reads the answer must find it. */
export interface ExpectedToolCall {
  readonly choice: number;
  readonly index: number;
  readonly id: string;
  readonly name: string;
  /** The arguments' JSON text, exactly as sent. */
  readonly args: string;
}

/** What whoever reads the answer must find in it. Lists are by choice. */
export interface ExpectedAnswer {
  readonly text: readonly string[];
  readonly reasoning: readonly string[];
  readonly finish: readonly FinishReason[];
  /** In the order of choices, then of indices. */
  readonly toolCalls: readonly ExpectedToolCall[];
  /** The usage object as sent; `undefined` when none is. */
  readonly usage: JsonObject | undefined;
}

/** A whole streamed answer with what it says. */
export interface ArbitraryAnswer {
  readonly chunks: readonly JsonObject[];
  /** The chunks as an SSE body with `[DONE]`. */
  readonly bytes: Uint8Array;
  readonly expected: ExpectedAnswer;
}

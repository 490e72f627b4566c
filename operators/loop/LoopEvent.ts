import type { Message } from '../../src/request/Context.ts';
import type { AnswerMessage } from '../message/AnswerMessage.ts';
import type { ToolCallEvent } from '../tools/ToolCallEvent.ts';
import type { ToolLike } from '../tools/ToolLike.ts';
import type { Usage } from '../usage/Usage.ts';

/** A call has been answered, by its handler or in its place. Comes as soon as it is, in any order. */
export interface ToolResultEvent {
  readonly type: 'tool_result';
  /** The `callId` of the `tool_call`. */
  readonly callId: string;
  /** The endpoint's own id; absent where it sent none. */
  readonly id?: string;
  readonly name: string;
  /** What the model is told. */
  readonly content: string;
  /** Whether the call failed, timed out, was refused, or could not be run at all. */
  readonly isError: boolean;
  /** How long the handler took. */
  readonly durationMs: number;
}

/** The model has answered once, and what it asked for has been done. */
export interface TurnEndEvent<Tools extends readonly ToolLike[] = readonly ToolLike[]> {
  readonly type: 'turn_end';
  /** Counted from 1. */
  readonly turn: number;
  /** What the model said in this turn. */
  readonly message: AnswerMessage<Tools>;
  /** What all turns so far have used; absent where no endpoint has said. */
  readonly usage?: Usage;
  /**
   * The whole conversation so far, to go on with. What endpoints refuse is not in it: a call that was cut is left out, and one
   * with arguments that are no JSON object has `{}` for them. `message` has both as they came.
   */
  readonly messages: readonly Message[];
}

/** What `runTools` adds to the events of the turns. */
export type LoopEvent<Tools extends readonly ToolLike[] = readonly ToolLike[]> =
  | ToolCallEvent<Tools>
  | ToolResultEvent
  | TurnEndEvent<Tools>;

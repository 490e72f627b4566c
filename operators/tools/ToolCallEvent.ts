import type { ToolInputOf, ToolLike } from './ToolLike.ts';

/** Why a call cannot be run, in a sentence without a word of its arguments. */
export interface ToolInputError {
  readonly message: string;
}

interface AssembledCall {
  readonly type: 'tool_call';
  readonly choice: number;
  /** The call's place among the calls of its choice, from 0 and without gaps, whatever the endpoint numbered it. */
  readonly index: number;
  /** The endpoint's own id, which a reply goes back with; absent where it sent none, and not always unique. */
  readonly id?: string;
  /** Names the call in this answer and nowhere else in it: the endpoint's id where that does, else one made up. */
  readonly callId: string;
  /** The arguments' JSON text as sent, `{}` where a whole call has none. */
  readonly args: string;
  /** Fields of the call outside the standard, verbatim, for replay. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A whole call with arguments that were checked. */
export interface ValidToolCall<Name extends string, Input> extends AssembledCall {
  readonly name: Name;
  /** What the tool's schema made of the arguments. */
  readonly input: Input;
  readonly inputError?: undefined;
  readonly complete: true;
}

/** A call that must not be run as it is. */
export interface InvalidToolCall extends AssembledCall {
  /** As the model wrote it, which need not be a tool that exists. */
  readonly name: string;
  readonly input?: undefined;
  readonly inputError: ToolInputError;
  /** `false` when the answer was cut, so that the arguments may be a part of what was meant. */
  readonly complete: boolean;
}

/** A tool call of a finished answer. `name` tells the tools apart once `inputError` is `undefined`. */
export type ToolCallEvent<Tools extends readonly ToolLike[] = readonly ToolLike[]> =
  | ValidCallOf<Tools[number]>
  | InvalidToolCall;

type ValidCallOf<Tool extends ToolLike> = Tool extends ToolLike ? ValidToolCall<Tool['name'], ToolInputOf<Tool>> : never;

/** A call as far as it has come. Not to be run: a beginning of JSON can be JSON. */
export interface ToolCallUpdateEvent {
  readonly type: 'tool_call_update';
  readonly choice: number;
  /** The `callId` of the `tool_call` to come. */
  readonly callId: string;
  readonly name: string;
  /** The arguments' text so far. */
  readonly args: string;
  /** What this fragment added to it. */
  readonly delta: string;
}

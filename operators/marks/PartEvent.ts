/** A part of an answer begins; its first piece comes right behind. */
interface PartStart {
  readonly choice: number;
  /** The part's place among the parts of its choice, from 0: the one it has in the content of `accumulateMessage`. */
  readonly part: number;
}

/** A part of an answer ends. */
interface PartEnd extends PartStart {
  /** `false` where it was cut off, or where nothing came after it to show that the model was done with it. */
  readonly closed: boolean;
}

/** The model begins to write. */
export interface TextStartEvent extends PartStart {
  readonly type: 'text_start';
}

/** `closed: false` when the answer was cut. */
export interface TextEndEvent extends PartEnd {
  readonly type: 'text_end';
}

/** The model begins to think. */
export interface ReasoningStartEvent extends PartStart {
  readonly type: 'reasoning_start';
}

/** `closed: false` when the choice ended with it, as where a think tag was never closed. */
export interface ReasoningEndEvent extends PartEnd {
  readonly type: 'reasoning_end';
}

/** The model begins to refuse. */
export interface RefusalStartEvent extends PartStart {
  readonly type: 'refusal_start';
}

/** `closed: false` when the answer was cut. */
export interface RefusalEndEvent extends PartEnd {
  readonly type: 'refusal_end';
}

/** A tool call begins. */
export interface ToolCallStartEvent extends PartStart {
  readonly type: 'tool_call_start';
  /** The `callId` of the `tool_call` to come from `assembleToolCalls`. */
  readonly callId: string;
  /** The endpoint's own id, where it came with the first fragment. */
  readonly id?: string;
  /** What the first fragment says of the name; few endpoints send it later or in pieces. */
  readonly name?: string;
}

/** All fragments of a call have come. `closed: false` when the answer was cut, so that its arguments may be too. */
export interface ToolCallEndEvent extends PartEnd {
  readonly type: 'tool_call_end';
  readonly callId: string;
  readonly id?: string;
  readonly name: string;
}

/** What `markParts` adds. */
export type PartEvent =
  | TextStartEvent
  | TextEndEvent
  | ReasoningStartEvent
  | ReasoningEndEvent
  | RefusalStartEvent
  | RefusalEndEvent
  | ToolCallStartEvent
  | ToolCallEndEvent;

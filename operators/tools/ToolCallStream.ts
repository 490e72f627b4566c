import type { Observable } from 'rxjs';

/** A tool call that is being written. */
export interface ToolCallStream {
  readonly choice: number;
  /** The endpoint's index; absent where it sends none. */
  readonly index?: number;
  /** The `callId` of the `tool_call` to come from `assembleToolCalls`. */
  readonly callId: string;
  /** The endpoint's own id; absent where it has sent none. */
  readonly id?: string;
  readonly name: string;
  /**
   * The arguments' JSON text so far, at each fragment. Completes only when the arguments are whole; `{}` is the last word of a
   * call without any. Whoever subscribes later is told the text so far, and then the rest.
   */
  readonly args: Observable<string>;
}

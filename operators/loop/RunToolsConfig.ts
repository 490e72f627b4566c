import type { ObservableInput, SchedulerLike } from 'rxjs';
import type { Message } from '../../src/request/Context.ts';
import type { InvalidToolCall, ToolCallEvent } from '../tools/ToolCallEvent.ts';
import type { ToolLike } from '../tools/ToolLike.ts';
import type { LoopTool } from './runnableTool.ts';

/** A call that can be run. */
export type RunnableCall<Tools extends readonly ToolLike[] = readonly ToolLike[]> = Exclude<ToolCallEvent<Tools>, InvalidToolCall>;

/** Whether a call may run; words say why not. */
export type Approval = boolean | string;

/** What is known of a turn before it is asked for. */
export interface TurnContext<Tools extends readonly LoopTool[] = readonly LoopTool[]> {
  /** Counted from 1. */
  readonly turn: number;
  /** Whether the model must come to an end in this turn, since no further one is allowed. */
  readonly isLast: boolean;
  /** The tools of `runTools`, to offer them in the call. */
  readonly tools: Tools;
}

/** Makes one call: asks the model to go on from these messages. */
export type Ask<E, Tools extends readonly LoopTool[] = readonly LoopTool[]> = (
  messages: readonly Message[],
  context: TurnContext<Tools>,
) => ObservableInput<E>;

/** Config of `runTools`. */
export interface RunToolsConfig<Tools extends readonly LoopTool[] = readonly LoopTool[]> {
  /** The conversation so far. */
  readonly messages: readonly Message[];
  /** The tools offered, each with its `run`. A call of one without ends the loop: its answer is the caller's. */
  readonly tools: Tools;
  /**
   * How often the model is asked, at most. One that still calls tools then is a `budget` error, and these calls are not run.
   *
   * @defaultValue 8
   */
  readonly maxTurns?: number | undefined;
  /**
   * How many calls of a turn run at the same time, the others wait; 1 runs them in the order of the model. How many a turn
   * may make is the call's own limit: 128, with `limits.maxToolCalls`.
   *
   * @defaultValue 16
   */
  readonly concurrency?: number | undefined;
  /**
   * How long one call may run, in milliseconds. Then its signal aborts, and the model is told.
   *
   * @defaultValue 120,000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Asked before each call runs, and waited for without limit. Only `true` lets it run; words are told to the model. Of an
   * Observable the first value counts. A failure ends the loop.
   *
   * @defaultValue every call of a tool with a handler runs
   */
  readonly approve?: ((call: RunnableCall<Tools>) => Approval | ObservableInput<Approval>) | undefined;
  /**
   * What becomes of a call that failed or took too long: `tell` makes the error's message the result, without keys and cut at
   * 512 characters; `fail` ends the loop with the error; a function words the result, or throws.
   *
   * @defaultValue 'tell'
   */
  readonly onToolError?: 'tell' | 'fail' | ((error: unknown, call: RunnableCall<Tools>) => string) | undefined;
  /**
   * The clock of `timeoutMs` and `durationMs`.
   *
   * @defaultValue asyncScheduler, and a steady clock that setting the time of day does not move
   */
  readonly scheduler?: SchedulerLike | undefined;
}

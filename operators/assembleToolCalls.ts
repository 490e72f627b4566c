import type { FinishReason, StreamEvent, ToolCallDeltaEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { EventOperator } from './EventOperator.ts';
import { liftEvents } from './liftEvents.ts';
import { createCallKeeper } from './tools/createCallKeeper.ts';
import type { ToolCallEvent, ToolCallUpdateEvent } from './tools/ToolCallEvent.ts';
import type { ToolLike } from './tools/ToolLike.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';

/** Config of `assembleToolCalls`. */
export interface AssembleToolCallsConfig<
  Tools extends readonly ToolLike[] = readonly ToolLike[],
  Updates extends boolean = boolean,
> {
  /**
   * The tools offered: they type the calls, schemas among them check the input, and a call of another tool is invalid.
   *
   * @defaultValue any tool, unchecked
   */
  readonly tools?: Tools | undefined;
  /**
   * Follows each fragment with a `tool_call_update` that holds the call so far.
   *
   * @defaultValue false
   */
  readonly partial?: Updates | undefined;
  /**
   * The most calls in one choice; one more is a `limit` error. For sources other than a call, which has this limit itself.
   *
   * @defaultValue no limit but that of the call
   */
  readonly maxToolCalls?: number | undefined;
  /**
   * The most text in the arguments of one tool call, in UTF-16 units; more is a `limit` error. For sources other than a call,
   * which has this limit itself.
   *
   * @defaultValue no limit but that of the call
   */
  readonly maxToolInputBytes?: number | undefined;
}

/**
 * Adds a `tool_call` for each call of the answer, right before `done`: never earlier, since a beginning of JSON can be JSON
 * and a fragment can come after `finish`. A source that completes without `done` gives its calls up then; one that fails
 * gives up none. Resets on `start`.
 *
 *     in:   s-c-c-c---f-d---|
 *     out:  s-c-c-c---f-(Cd)|
 *
 * A fragment belongs to the call with its id, else with its index, else to the call before it. Calls come out choice by
 * choice, in the order of the endpoint's indices where those tell them apart, else of arrival. A call of an answer that was
 * cut (`length`, `content_filter`, or neither `finish` nor `done`) has `complete: false` and never an `input`. The
 * arguments are held and looked into once, at the end.
 *
 * `callId` is unique in the answer, not in the conversation: some endpoints number anew on each turn, and a reply means a
 * call of the message right before it. Reply with `id`, and with `callId` where there is none.
 *
 * @example
 * import { of } from 'rxjs';
 * import { assembleToolCalls } from 'rx-completions/operators';
 *
 * const fragment = { type: 'tool_call_delta', choice: 0, id: 'c0', name: 'weather', delta: '{"city":"Bern"}' } as const;
 * of(fragment, { type: 'done', reason: 'tool_calls', attempts: 1 } as const)
 *   .pipe(assembleToolCalls())
 *   .subscribe((event) => console.log(event)); // the fragment, tool_call weather { city: 'Bern' }, done
 *
 * @throws `CompletionError` with code `limit`, as a notification, when the answer exceeds `maxToolCalls` or
 * `maxToolInputBytes`.
 */
export const assembleToolCalls = <
  const Tools extends readonly ToolLike[] = readonly ToolLike[],
  Updates extends boolean = false,
>(
  config: AssembleToolCallsConfig<Tools, Updates> = {},
): EventOperator<AssembledEvent<Tools, Updates>> => {
  expectConfig<AssembleToolCallsConfig>('assembleToolCalls', config, FIELDS);
  // What the types say of `tools` and `partial`, the stage sees to at run time.
  return liftEvents(createToolCallAssembler(config)) as EventOperator<AssembledEvent<Tools, Updates>>;
};

const FIELDS: ConfigFields<AssembleToolCallsConfig> = { tools: true, partial: true, maxToolCalls: true, maxToolInputBytes: true };

type AssembledEvent<Tools extends readonly ToolLike[], Updates extends boolean> =
  | ToolCallEvent<Tools>
  | (Updates extends true ? ToolCallUpdateEvent : never);

const createToolCallAssembler =
  (config: AssembleToolCallsConfig): Stage<StreamEvent, StreamEvent | ToolCallEvent | ToolCallUpdateEvent> =>
  (emit) => {
    const kept = createCallKeeper(config);

    const add = (event: ToolCallDeltaEvent): void => {
      const { callId, draft } = kept.add(event);
      emit(event);
      const { choice, delta } = event;
      if (config.partial === true)
        emit({ type: 'tool_call_update', choice, callId, name: draft.name, args: draft.args, delta });
    };

    const release = (reason?: FinishReason): void => {
      for (const call of kept.toToolCalls(reason)) emit(call);
      kept.reset();
    };

    return {
      push: (event) => {
        if (event.type === 'start') kept.reset();
        else if (event.type === 'finish') kept.noteFinish(event);
        else if (event.type === 'done') release(event.reason);
        if (event.type === 'tool_call_delta') add(event);
        else emit(event);
      },
      flush: () => release(),
    };
  };

import { CompletionError } from '../../src/errors/CompletionError.ts';
import type { FinishReason, StreamEvent, ToolCallDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import { createCallKeeper, isCall, type KeptCall } from './createCallKeeper.ts';
import type { ToolCallStream } from './ToolCallStream.ts';
import type { ToolLike } from './ToolLike.ts';
import { wholeArgs } from './toToolCall.ts';

export interface CallSplitterConfig {
  readonly choice?: number | undefined;
  readonly tools?: readonly ToolLike[] | undefined;
}

/** What is known of a call before its arguments: one object for all news of it. */
export type CallHead = Omit<ToolCallStream, 'args'>;

/** How far a call has come. */
export interface CallNews {
  readonly head: CallHead;
  readonly args: string;
  /** Set when no more will come: the arguments are whole, or this is why they never will be. */
  readonly ending?: 'whole' | CompletionError;
}

/** Tells of each call how its arguments grow, from the moment its name is known. */
export const createCallSplitter =
  (config: CallSplitterConfig): Stage<StreamEvent, CallNews> =>
  (emit) => {
    const kept = createCallKeeper(config);
    const isSettledName = settledNames(config.tools);
    /** The calls of this attempt in the order of arrival; without a head as long as the name is not known. */
    const calls = new Map<KeptCall, CallHead | undefined>();

    const add = (event: ToolCallDeltaEvent): void => {
      // Those of other choices count too, since the `callId` of a call is its own among all of them.
      const call = kept.add(event);
      if (event.choice !== (config.choice ?? event.choice)) return;
      const known = calls.get(call);
      const { name, args } = call.draft;
      const isNamed = name !== '' && (args !== '' || isSettledName(name));
      const head = known ?? (isNamed ? headOf(call) : undefined);
      calls.set(call, head);
      if (head !== undefined && (known === undefined || event.delta !== '')) emit({ head, args });
    };

    const end = (reason?: FinishReason): void => {
      const all = [...calls];
      calls.clear();
      for (const [call, known] of all) {
        if (!isCall(call.draft)) continue;
        const head = known ?? headOf(call);
        if (kept.isWhole(call.choice, reason)) emit({ head, args: wholeArgs(call.draft), ending: 'whole' });
        else emit({ head, args: call.draft.args, ending: useless('the answer ended before the call was whole') });
      }
      kept.reset();
    };

    const discard = (): void => {
      const heads = [...calls.values()];
      calls.clear();
      kept.reset();
      for (const head of heads)
        if (head !== undefined) emit({ head, args: '', ending: useless('the attempt that made the call is void') });
    };

    return {
      push: (event) => {
        if (event.type === 'start') discard();
        else if (event.type === 'finish') kept.noteFinish(event);
        else if (event.type === 'done') end(event.reason);
        else if (event.type === 'tool_call_delta') add(event);
      },
      flush: () => end(),
    };
  };

/** Whether a name cannot grow into another: a few endpoints send it in pieces, ahead of the arguments. */
const settledNames = (tools: readonly ToolLike[] = []): ((name: string) => boolean) => {
  const names = tools.map(({ name }) => name);
  const settled = new Set(names.filter((name) => !names.some((other) => other !== name && other.startsWith(name))));
  return (name) => settled.has(name);
};

const headOf = ({ choice, callId, draft: { index, id, name } }: KeptCall): CallHead => ({
  choice,
  ...(index !== undefined && { index }),
  callId,
  ...(id !== undefined && { id }),
  name,
});

const useless = (message: string): CompletionError => new CompletionError('tool_input', { message, committed: true });

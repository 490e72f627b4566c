import { isContent } from '../../src/events/isContent.ts';
import type { DoneEvent, StreamEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import type { WasteEvent } from '../hedge/WasteEvent.ts';
import type { AnswerMessage } from '../message/AnswerMessage.ts';
import { createMessageDraft } from '../message/createMessageDraft.ts';
import type { ToolCallEvent } from '../tools/ToolCallEvent.ts';
import type { ToolLike } from '../tools/ToolLike.ts';
import { toToolCall } from '../tools/toToolCall.ts';

/** What the model says in one turn. */
export interface Turn {
  /** Passes the events on, with attempts counted on from the turns before and with the calls, but holds `done` back. */
  readonly read: Stage<StreamEvent | ToolCallEvent | WasteEvent, StreamEvent | ToolCallEvent | WasteEvent>;
  /** How the answer ended, if it is whole. */
  done(): DoneEvent | undefined;
  message(): AnswerMessage;
  /** How many attempts have been made up to here. */
  attempts(): number;
}

/** `onContent` is told when there is something to see of it. */
export const createTurn = (tools: readonly ToolLike[], before: number, onContent: () => void): Turn => {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const draft = createMessageDraft({ tools });
  let attempts = before;
  let done: DoneEvent | undefined;
  let isAssembled = false;

  const message = (): AnswerMessage => draft.read() ?? { role: 'assistant', content: [] };

  /** An `assembleToolCalls` in the call may not have known the tools, and what runs must have been checked. */
  const checked = (call: ToolCallEvent): ToolCallEvent => {
    if (call.inputError !== undefined) return call;
    const { choice, index, callId, id, name, args, extra, complete } = call;
    return toToolCall({ id, name, args, ...(extra && { extra }) }, { choice, index, callId, complete }, byName);
  };

  const counted = <E extends { readonly attempt: number }>(event: E): E => {
    const attempt = before + event.attempt;
    attempts = Math.max(attempts, attempt);
    return { ...event, attempt };
  };

  return {
    done: () => done,
    message,
    attempts: () => attempts,
    read: (emit) => {
      const pass = (event: StreamEvent | ToolCallEvent): void => {
        if (isContent(event)) onContent();
        draft.push(event);
        emit(event);
      };
      return {
        push: (event) => {
          // `done` is the last word, unless all is begun again.
          if (done !== undefined && event.type !== 'start') return;
          switch (event.type) {
            case 'start':
              done = undefined;
              isAssembled = false;
              pass(counted(event));
              return;
            case 'retry':
            case 'fallback':
              pass(counted(event));
              return;
            case 'waste':
              emit(counted(event));
              return;
            case 'tool_call':
              isAssembled ||= event.choice === 0;
              pass(checked(event));
              return;
            case 'done':
              attempts = Math.max(attempts, before + event.attempts);
              done = { ...event, attempts };
              draft.push(event);
              if (!isAssembled) for (const part of message().content) if (part.type === 'tool_call') emit(part);
              return;
            default:
              pass(event);
          }
        },
        flush: () => undefined,
      };
    },
  };
};

import type { FinishReason, StreamEvent } from '../../src/events/StreamEvent.ts';
import { createUsageNormalizer, type UsageEvent } from '../normalizeUsage.ts';
import { createCallKeeper } from '../tools/createCallKeeper.ts';
import type { ToolCallEvent } from '../tools/ToolCallEvent.ts';
import type { ToolLike } from '../tools/ToolLike.ts';
import type { Usage } from '../usage/Usage.ts';
import { without } from '../without.ts';
import type { AnswerMessage } from './AnswerMessage.ts';
import { createPartList } from './createPartList.ts';

/** What a message is made of: the events of a call, and those that operators before this one made of them. */
export type MessageSource = StreamEvent | ToolCallEvent | UsageEvent;

/** One choice of an answer, as a message, while it streams. */
export interface MessageDraft {
  /** Answers whether the event changed the message. */
  push(event: MessageSource): boolean;
  /** Nothing more will come: looks into the calls. `done` does so by itself. Answers whether that changed the message. */
  settle(): boolean;
  /** What one `read` costs: how many things it lists. */
  size(): number;
  /** The message as it is now, a value that stays as it is; `undefined` while the choice has said nothing. */
  read(): AnswerMessage | undefined;
}

export interface MessageDraftConfig {
  readonly choice?: number | undefined;
  readonly tools?: readonly ToolLike[] | undefined;
}

type Said = Omit<AnswerMessage, 'role' | 'content' | 'usage'>;

export const createMessageDraft = ({ choice = 0, tools }: MessageDraftConfig): MessageDraft => {
  const kept = createCallKeeper({ tools });
  let usage: Usage | undefined;
  // Reports that nobody has read yet; behind `normalizeUsage` there are none.
  const normalizer = createUsageNormalizer({})((event) => {
    if (event.type === 'usage') usage = without(event, 'type');
  });
  let parts = createPartList();
  let said: Said = {};
  let hasFinish = false;
  /** Calls came that an `assembleToolCalls` before this one has checked: they count instead of ours. */
  let isAssembled = false;
  let isSettled = false;
  let isVoid = false;

  const reset = (): void => {
    kept.reset();
    parts = createPartList();
    usage = undefined;
    said = {};
    hasFinish = isAssembled = isSettled = isVoid = false;
  };

  const settle = (reason?: FinishReason): boolean => {
    if (isSettled) return false;
    isSettled = true;
    const calls = isAssembled ? [] : kept.toToolCalls(reason, choice);
    for (const call of calls) parts.settle(call);
    kept.reset();
    return parts.dropUnsettled() || calls.length > 0;
  };

  const take = (event: MessageSource): boolean => {
    switch (event.type) {
      case 'start':
        reset();
        return true;
      case 'retry':
      case 'fallback':
        isVoid ||= event.discarded;
        return false;
      case 'response':
        said = { ...said, ...without(event, 'type') };
        return true;
      case 'usage':
        usage = without(event, 'type');
        return true;
      case 'finish':
        kept.noteFinish(event);
        hasFinish = true;
        if (event.choice !== choice) return false;
        said = { ...said, finishReason: event.reason, ...(event.rawReason !== undefined && { rawReason: event.rawReason }) };
        return true;
      case 'done':
        // A source that names no choice's end has one choice.
        if (!hasFinish) said = { ...said, finishReason: event.reason };
        return settle(event.reason) || !hasFinish;
      case 'tool_call_delta': {
        // Of all choices, since the name of a call is its own among all of them.
        const call = kept.add(event);
        if (event.choice === choice) parts.write(call);
        return event.choice === choice;
      }
      case 'tool_call':
        if (event.choice !== choice) return false;
        isAssembled = true;
        parts.settle(event);
        return true;
      case 'text_delta':
      case 'reasoning_delta':
      case 'refusal_delta':
      case 'annotation':
      case 'image':
      case 'audio_delta':
        return event.choice === choice && parts.add(event);
      default:
        return false;
    }
  };

  return {
    push: (event) => {
      const before = usage;
      // What it makes of an event that is no report is that event again.
      if (event.type !== 'tool_call' && event.type !== 'usage') normalizer.push(event);
      return take(event) || usage !== before;
    },
    settle: () => settle(),
    size: () => parts.size(),
    read: () => {
      if (isVoid || (parts.size() === 0 && said.finishReason === undefined)) return undefined;
      return { role: 'assistant', content: parts.read(), ...said, ...(usage !== undefined && { usage }) };
    },
  };
};

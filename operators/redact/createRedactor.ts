import type { ReasoningDeltaEvent, RefusalDeltaEvent, StreamEvent, TextDeltaEvent, ToolCallDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { Stage, StageRun } from '../../src/stage.ts';
import { accompaniesText } from '../text/accompaniesText.ts';
import type { Stretch } from '../text/Stretch.ts';
import { without } from '../without.ts';
import { createCallLanes } from './createCallLanes.ts';

type TextLikeEvent = TextDeltaEvent | ReasoningDeltaEvent | RefusalDeltaEvent;

type RedactedEvent = TextLikeEvent | ToolCallDeltaEvent;

/** The events whose `delta` is looked into. */
export type RedactedType = RedactedEvent['type'];

/** Text of one kind in one choice, or the arguments of its calls. */
interface Channel {
  readonly choice: number;
  readonly type: RedactedType;
  push(event: RedactedEvent): void;
  flush(): void;
}

/** Gives each kind of text of each choice, and each call, a matcher of its own. */
export const createRedactor =
  (matcher: Stage<string, Stretch>, types: ReadonlySet<string>, write: (match: string) => string): Stage<StreamEvent, StreamEvent> =>
  (emit) => {
    const channels = new Map<string, Channel>();
    const reader = (give: (text: string) => void): StageRun<string> =>
      matcher(({ matched, text }) => give(matched ? write(text) : text));

    const flushWhere = (isOver: (channel: Channel) => boolean): void => {
      for (const channel of channels.values()) if (isOver(channel)) channel.flush();
    };

    const read = (event: RedactedEvent): void => {
      const { type, choice } = event;
      const key = `${type} ${choice}`;
      let channel = channels.get(key);
      if (channel === undefined) {
        // The type is the key's, so that each channel reads events of its own.
        const run = type === 'tool_call_delta' ? createCallLanes(reader, emit) : createChannel(reader, emit);
        channels.set(key, (channel = { choice, type, ...(run as StageRun<RedactedEvent>) }));
      }
      channel.push(event);
    };

    return {
      push: (event) => {
        if (event.type === 'start') channels.clear();
        else if (event.type === 'done') {
          flushWhere(() => true);
          channels.clear();
        }
        else if ('choice' in event && !accompaniesText(event))
          flushWhere(({ choice, type }) => choice === event.choice && type !== event.type);
        if (isRedacted(event) && types.has(event.type)) read(event);
        else emit(event);
      },
      flush: () => flushWhere(() => true),
    };
  };

const createChannel = (
  reader: (give: (text: string) => void) => StageRun<string>,
  emit: (event: StreamEvent) => void,
): StageRun<TextLikeEvent> => {
  let latest: TextLikeEvent | undefined;
  let out = '';
  const run = reader((text) => void (out += text));
  const release = (): void => {
    if (latest !== undefined && out !== '') emit(out === latest.delta ? latest : { ...latest, delta: out });
    out = '';
  };
  return {
    push: (event) => {
      latest = bareOf(event);
      run.push(event.delta);
      release();
    },
    flush: () => {
      run.flush();
      release();
    },
  };
};

const isRedacted = (event: StreamEvent): event is RedactedEvent =>
  event.type === 'text_delta' || event.type === 'reasoning_delta' || event.type === 'refusal_delta' || event.type === 'tool_call_delta';

/** Details repeat the text. */
const bareOf = (event: TextLikeEvent): TextLikeEvent => (event.type === 'reasoning_delta' ? without(event, 'details') : event);

import type { ReasoningDeltaEvent, RefusalDeltaEvent, StreamEvent, TextDeltaEvent, ToolCallDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import type { Stretch } from '../text/Stretch.ts';

type RedactedEvent = TextDeltaEvent | ReasoningDeltaEvent | RefusalDeltaEvent | ToolCallDeltaEvent;

/** The events whose `delta` is looked into. */
export type RedactedType = RedactedEvent['type'];

/** Text of one kind in one choice, or the arguments of one call. */
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

    const flushWhere = (isOver: (channel: Channel, key: string) => boolean): void => {
      for (const [key, channel] of channels) {
        if (!isOver(channel, key)) continue;
        channels.delete(key);
        channel.flush();
      }
    };

    const read = (event: RedactedEvent): void => {
      const { type, choice } = event;
      const index = type === 'tool_call_delta' ? event.index : undefined;
      const key = `${type} ${choice} ${index ?? ''}`;
      // Without an index, a call goes on until the next one opens.
      if (index === undefined && type === 'tool_call_delta' && isOpening(event)) flushWhere((_, other) => other === key);
      let channel = channels.get(key);
      if (channel === undefined) channels.set(key, (channel = { choice, type, ...createChannel(matcher, write)(emit) }));
      channel.push(event);
    };

    return {
      push: (event) => {
        if (event.type === 'start') channels.clear();
        else if (event.type === 'done') flushWhere(() => true);
        // Reasoning, citations and log probabilities come between the pieces of one text.
        else if ('choice' in event && !['reasoning_delta', 'annotation', 'logprobs'].includes(event.type))
          flushWhere(({ choice, type }) => choice === event.choice && type !== event.type);
        if (isRedacted(event) && types.has(event.type)) read(event);
        else emit(event);
      },
      flush: () => flushWhere(() => true),
    };
  };

const createChannel =
  (matcher: Stage<string, Stretch>, write: (match: string) => string): Stage<RedactedEvent, StreamEvent> =>
  (emit) => {
    let latest: RedactedEvent | undefined;
    let out = '';
    const match = matcher(({ matched, text }) => {
      out += matched ? write(text) : text;
    });
    const release = (): void => {
      if (latest !== undefined && out !== '') emit(out === latest.delta ? latest : { ...latest, delta: out });
      out = '';
    };
    return {
      push: (event) => {
        // A call is named at once; its arguments follow.
        if (event.type === 'tool_call_delta' && isOpening(event)) emit({ ...event, delta: '' });
        latest = bareOf(event);
        match.push(event.delta);
        release();
      },
      flush: () => {
        match.flush();
        release();
      },
    };
  };

const isRedacted = (event: StreamEvent): event is RedactedEvent =>
  event.type === 'text_delta' || event.type === 'reasoning_delta' || event.type === 'refusal_delta' || event.type === 'tool_call_delta';

const isOpening = ({ id, name, extra }: ToolCallDeltaEvent): boolean => id !== undefined || name !== undefined || extra !== undefined;

/** What of an event may come with each part of its text: not what comes once, nor what repeats the text. */
const bareOf = (event: RedactedEvent): RedactedEvent => {
  const once = event.type === 'tool_call_delta' ? ['id', 'name', 'extra'] : event.type === 'reasoning_delta' ? ['details'] : [];
  if (!once.some((name) => name in event)) return event;
  // What is left out is optional, so the event is still one of its type.
  return Object.fromEntries(Object.entries(event).filter(([name]) => !once.includes(name))) as unknown as RedactedEvent;
};

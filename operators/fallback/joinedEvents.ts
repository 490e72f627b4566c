import { isContent } from '../../src/events/isContent.ts';
import type { TextDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';

/** Whether an event is a piece of the text that is continued. */
export const isContinuedText = <E extends AnyEvent>(event: E): event is E & TextDeltaEvent =>
  // Events of one `type` have one shape, which is what the discriminated union promises.
  event.type === 'text_delta' && (event as E & TextDeltaEvent).choice === 0;

/** How an attempt that goes on from `partial` is told to a consumer who has that text: without `start`, and without what it repeats. */
export const joinedEvents = <E extends AnyEvent>(events: readonly E[], repeated: number): E[] =>
  trim(events, repeated).filter(({ type }) => type !== 'start');

/** The same for a consumer who loses that text to the `start`: it is told again. */
export const restoredEvents = <E extends AnyEvent>(events: readonly E[], repeated: number, partial: string): (E | TextDeltaEvent)[] => {
  const trimmed = trim(events, repeated);
  const begin = trimmed.findIndex((event) => isContent(event) || event.type === 'finish' || event.type === 'done');
  const at = begin < 0 ? trimmed.length : begin;
  return [...trimmed.slice(0, at), { type: 'text_delta', choice: 0, delta: partial }, ...trimmed.slice(at)];
};

/** The events without so many characters of text, and without the probabilities of those. */
const trim = <E extends AnyEvent>(events: readonly E[], length: number): E[] => {
  let left = length;
  return events.flatMap((event) => {
    if (event.type === 'logprobs' && left > 0) return [];
    if (!isContinuedText(event) || left === 0) return [event];
    const delta = event.delta.slice(left);
    left = Math.max(0, left - event.delta.length);
    return delta === '' ? [] : [{ ...event, delta }];
  });
};

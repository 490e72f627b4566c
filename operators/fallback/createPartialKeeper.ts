import type { StreamEvent } from '../../src/events/StreamEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';
import type { PartialAnswer } from './PartialAnswer.ts';

/** Keeps what has been delivered of an answer, as long as another attempt could go on from it. */
export interface PartialKeeper {
  /** What can be continued; `undefined` when nothing can. */
  partial(): PartialAnswer | undefined;
  /** Whether content has been delivered that nobody can go on from. */
  refuses(): boolean;
  note(event: AnyEvent): void;
  discard(): void;
}

export const createPartialKeeper = (): PartialKeeper => {
  let text = '';
  let reasoning = '';
  let hasMore = false;

  const discard = (): void => {
    text = reasoning = '';
    hasMore = false;
  };

  return {
    partial: () => {
      if (text === '' || hasMore || isStructured(text)) return undefined;
      return { text, ...(reasoning !== '' && { reasoning }) };
    },
    refuses: () => hasMore || isStructured(text),
    discard,
    note: (noted) => {
      // Events of one `type` have one shape, which is what the discriminated union promises.
      const event = noted as StreamEvent;
      switch (event.type) {
        case 'start':
          discard();
          return;
        // Somebody further in has called it void already, though no `start` has come yet.
        case 'retry':
        case 'fallback':
          if (event.discarded) discard();
          return;
        case 'text_delta':
          if (event.choice !== 0) hasMore = true;
          else text += event.delta;
          return;
        case 'reasoning_delta':
          if (event.choice !== 0) hasMore = true;
          else reasoning += event.delta;
          return;
        // Half a tool call, refusal, picture or sound can be prefilled nowhere; a whole one would be made twice.
        case 'tool_call_delta':
        case 'refusal_delta':
        case 'image':
        case 'audio_delta':
        // What comes after the end of an answer is no more of it.
        case 'finish':
          hasMore = true;
      }
    },
  };
};

/** Whether the text is, or may become, JSON or a fenced block: two halves of those by two models seldom fit. */
const isStructured = (text: string): boolean => {
  const begin = text.trimStart().slice(0, FENCE.length);
  return begin !== '' && (begin.startsWith('{') || begin.startsWith('[') || FENCE.startsWith(begin));
};

const FENCE = '```';

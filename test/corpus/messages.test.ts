import { from, map, mergeMap } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { accumulateMessage, byChoice, collectMessage, markParts, verifyEvents, type AnswerMessage } from 'rx-completions/operators';
import { describe, expect, it } from 'vitest';
import { wireOf } from '../request/support.ts';
import { readResponse, textIn } from '../support/readResponse.ts';
import { differences } from './differences.ts';
import { corpusFolder, hasCorpus, recordings } from './recordings.ts';

const messagesOf = (events: readonly StreamEvent[]): ReadonlyMap<number, AnswerMessage> => {
  const messages = new Map<number, AnswerMessage>();
  let failure: unknown;
  from(events)
    .pipe(
      byChoice(),
      mergeMap((choice) =>
        choice.pipe(
          markParts(),
          verifyEvents(),
          collectMessage(),
          map((message) => [choice.key, message] as const),
        ),
      ),
    )
    .subscribe({ next: ([key, message]) => messages.set(key, message), error: (reason: unknown) => (failure = reason) });
  expect(failure).toBeUndefined();
  return messages;
};

const lastMessage = (events: readonly StreamEvent[]): AnswerMessage | undefined => {
  let last: AnswerMessage | undefined;
  from(events).pipe(accumulateMessage()).subscribe((message) => (last = message));
  return last;
};

describe.runIf(hasCorpus)(`the messages of recordings in ${corpusFolder}`, () => {
  for (const { name, kind, bytes, status, headers } of recordings()) {
    if (kind === 'error') continue;
    it(`${name}: goes back to OpenRouter with all it says`, () => {
      const { events, error } = readResponse([bytes], { status, headers, answer: differences[name]?.answer ?? {} });
      if (error !== undefined) return;
      const messages = messagesOf(events);
      expect(lastMessage(events)).toEqual(messages.get(0));
      for (const [choice, message] of messages) {
        const words = textIn(events, choice);
        const wire = (message.content.length > 0 ? wireOf(message) : { content: '' }) as Record<string, unknown>;
        expect(wire['content'] ?? '').toBe(words);
        const details = message.content.flatMap((part) => (part.type === 'reasoning' ? (part.details ?? []) : []));
        expect(wire['reasoning_details'] ?? []).toEqual(details);
        // Streamed in hundreds of pieces, a thought is one detail of each kind.
        expect(new Set(details.map((detail) => JSON.stringify([(detail as { type: unknown }).type, (detail as { index: unknown }).index]))).size).toBe(details.length);
      }
    });
  }
});

describe.skipIf(hasCorpus)('the messages of recordings', () => {
  it.skip(`there are none in ${corpusFolder}; RX_COMPLETIONS_CORPUS names another folder`, () => undefined);
});

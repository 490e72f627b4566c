/** An operator of one's own: sentences for a voice that reads the answer aloud. */
import { of } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { liftEvents, stripThink, type EventOperator, type Stage } from 'rx-completions/operators';

interface SentenceEvent {
  readonly type: 'sentence';
  readonly text: string;
}

/** A stage is one run of a step: `push` takes an event, `flush` gives up what is held when the source completes. */
const createSentenceFinder: Stage<StreamEvent, StreamEvent | SentenceEvent> = (emit) => {
  let held = ''; // state lives in the run, so each subscription has its own
  const release = (length: number): void => {
    const text = held.slice(0, length).trim();
    held = held.slice(length);
    if (text !== '') emit({ type: 'sentence', text });
  };
  return {
    push: (event) => {
      if (event.type === 'start') held = ''; // a new attempt voids what came before it
      if (event.type === 'finish') release(held.length);
      emit(event); // events it does not know pass, so that operators go in any order
      if (event.type !== 'text_delta' || event.choice !== 0) return;
      held += event.delta;
      for (let end = held.search(/[.!?]\s/); end >= 0; end = held.search(/[.!?]\s/)) release(end + 1);
    },
    flush: () => release(held.length),
  };
};

const findSentences = (): EventOperator<SentenceEvent> => liftEvents(createSentenceFinder);

const deltas = ['<think>Hm', '.</think>It is co', 'ld. Ta', 'ke a jacket! Or', ' two'];
of(...deltas.map((delta) => ({ type: 'text_delta', choice: 0, delta }) as const))
  .pipe(stripThink(), findSentences())
  .subscribe((event) => event.type === 'sentence' && console.log(event.text));

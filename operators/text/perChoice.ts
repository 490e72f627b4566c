import type { StreamEvent, TextDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { Stage, StageRun } from '../../src/stage.ts';
import { accompaniesText } from './accompaniesText.ts';

/**
 * Gives the text of each choice a run of its own, and passes all else on. A run is flushed where its text ends: before a
 * `finish`, tool call delta, image or other part of its choice, before `done`, and at the end. Events that come with or
 * between the pieces of one text (reasoning, annotations, log probabilities, notices) neither flush nor wait. `start` drops
 * every run.
 */
export const perChoice =
  (stage: (choice: number) => Stage<TextDeltaEvent, StreamEvent>): Stage<StreamEvent, StreamEvent> =>
  (emit) => {
    const runs = new Map<number, StageRun<TextDeltaEvent>>();
    const runOf = (choice: number): StageRun<TextDeltaEvent> => {
      const known = runs.get(choice);
      if (known !== undefined) return known;
      const opened = stage(choice)(emit);
      runs.set(choice, opened);
      return opened;
    };
    const flush = (): void => {
      for (const run of runs.values()) run.flush();
      runs.clear();
    };
    return {
      push: (event) => {
        switch (event.type) {
          case 'text_delta':
            runOf(event.choice).push(event);
            return;
          case 'start':
            runs.clear();
            break;
          case 'finish':
            runs.get(event.choice)?.flush();
            runs.delete(event.choice);
            break;
          case 'done':
            flush();
            break;
          default:
            if (!accompaniesText(event) && 'choice' in event) runs.get(event.choice)?.flush();
        }
        emit(event);
      },
      flush,
    };
  };

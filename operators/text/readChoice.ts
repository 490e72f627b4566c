import type { StreamEvent } from '../../src/events/StreamEvent.ts';
import type { Stage, StageRun } from '../../src/stage.ts';
import { accompaniesText } from './accompaniesText.ts';

/**
 * Reads the text of one choice with a stage over text. It is flushed where the text ends: at the choice's `finish`, tool call
 * delta, image or other part, at `done` and at the end; `start` begins a new run.
 */
export const readChoice =
  <Out>(choice: number, stage: Stage<string, Out>): Stage<StreamEvent, Out> =>
  (emit) => {
    let run: StageRun<string> = stage(emit);
    return {
      push: (event) => {
        if (event.type === 'start') run = stage(emit);
        else if (event.type === 'done') run.flush();
        else if (!('choice' in event) || event.choice !== choice) return;
        else if (event.type === 'text_delta') run.push(event.delta);
        else if (!accompaniesText(event)) run.flush();
      },
      flush: () => run.flush(),
    };
  };

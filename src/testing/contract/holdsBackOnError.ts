import { Subject } from 'rxjs';
import { assertSame } from './assertSame.ts';
import { record } from './record.ts';
import type { Law, TypedEvent } from './Trial.ts';

/** What is held when the source fails is not released as if the answer were whole. */
export const holdsBackOnError: Law = async (trial) => {
  for (let count = 0; count <= trial.source.length; count++) {
    const source = new Subject<TypedEvent>();
    const recording = record(trial.build()(source), trial);
    for (const event of trial.source.slice(0, count)) source.next(event);
    const before = [...recording.outputs];
    source.error(new Error('the source failed'));
    const atOnce = [...recording.outputs];
    await recording.ended();
    assertSame(atOnce, before, `it emitted more when its source failed after ${count} events`);
  }
};

import { Subject } from 'rxjs';
import { assertSame } from './assertSame.ts';
import { outputsOf, record } from './record.ts';
import type { Law, Trial, TypedEvent } from './Trial.ts';

/** One operator can be applied to several sources, one after another and at once. */
export const servesTwoSources: Law = async (trial) => {
  const expected = trial.comparable(await outputsOf(trial));
  // In step, half an answer apart, and one after the other.
  const { length } = trial.source;
  await Promise.all([0, Math.floor(length / 2), length].map((lag) => interleave(lag, trial, expected)));
};

const interleave = async (lag: number, trial: Trial, expected: unknown): Promise<void> => {
  const operator = trial.build();
  const runs = [0, lag].map((offset) => {
    const source = new Subject<TypedEvent>();
    return { offset, source, recording: record(operator(source), trial) };
  });
  for (let turn = 0; turn <= trial.source.length + lag; turn++) {
    for (const { offset, source } of runs) {
      const event = trial.source[turn - offset];
      if (event !== undefined) source.next(event);
      else if (turn - offset === trial.source.length) source.complete();
    }
  }
  for (const { recording } of runs) {
    const { outputs } = await recording.ended();
    assertSame(trial.comparable(outputs), expected, `two sources, ${lag} events apart, disturbed each other`);
  }
};

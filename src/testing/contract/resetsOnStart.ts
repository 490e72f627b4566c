import { ok } from 'node:assert';
import { Subject } from 'rxjs';
import { assertSame } from './assertSame.ts';
import { record } from './record.ts';
import type { Law, Trial, TypedEvent } from './Trial.ts';

/**
 * `start` voids what came before: any beginning of an answer, followed by a new attempt, gives from there on what the new
 * attempt gives alone. New attempts are tried whole and with any beginning missing, so that nothing of theirs can hide
 * what the old one left behind.
 */
export const resetsOnStart: Law = async (trial) => {
  const { source } = trial;
  const [start] = source;
  ok(start?.type === 'start', 'the source given to the contract does not begin with a start event');
  const attempts = source.map((_, position) => [start, ...source.slice(position + 1)]);
  await Promise.all(attempts.map((attempt) => restartWith(attempt, trial)));
};

const restartWith = async (attempt: readonly TypedEvent[], trial: Trial): Promise<void> => {
  const expected = await outputsAfter([], attempt, trial);
  for (let count = 1; count <= trial.source.length; count++) {
    const actual = await outputsAfter(trial.source.slice(0, count), attempt, trial);
    const what = `${count} events of an attempt changed the outputs of the next attempt of ${attempt.length} events`;
    assertSame(actual, expected, what);
  }
};

/** What an operator makes of an attempt that begins after other events. */
const outputsAfter = async (
  before: readonly TypedEvent[],
  attempt: readonly TypedEvent[],
  trial: Trial,
): Promise<unknown> => {
  const source = new Subject<TypedEvent>();
  const recording = record(trial.build()(source), trial);
  for (const event of before) source.next(event);
  const voided = recording.outputs.length;
  const [start, ...rest] = attempt;
  if (start !== undefined) source.next(start);
  const begun = recording.outputs.length;
  for (const event of rest) source.next(event);
  source.complete();
  const { outputs } = await recording.ended();
  const passedOn = outputs.findLastIndex((output, index) => index >= voided && isStart(output));
  // Without a start of its own, what an operator says at the start is the reset itself, such as an empty text.
  return trial.comparable(outputs.slice(passedOn < 0 ? begun : passedOn));
};

const isStart = (output: unknown): boolean =>
  typeof output === 'object' && output !== null && 'type' in output && output.type === 'start';

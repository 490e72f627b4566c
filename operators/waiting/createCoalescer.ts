import { asapScheduler, asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import { emitFrom, sourceAtWork, type PacedSource } from '../../src/emitFrom.ts';
import type { Stage } from '../../src/stage.ts';
import { MAX_TIMER_MS } from '../recovery/MAX_TIMER_MS.ts';
import { createDeltaJoiner } from './createDeltaJoiner.ts';
import { isDelta } from './DeltaEvent.ts';

/** One subscription's joining: a stage that also hands on when its moment is over. */
export interface Coalescer<E> {
  readonly stage: Stage<E, E>;
  /** Hands on what is held. */
  readonly release: () => void;
  /** Drops it. */
  readonly stop: () => void;
}

export const createCoalescer = <E>(config: {
  readonly everyMs?: number | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}): Coalescer<E> => {
  const { everyMs, scheduler = everyMs === undefined ? asapScheduler : asyncScheduler } = config;
  const joiner = createDeltaJoiner<E>();
  let held: { readonly event: E; readonly source: PacedSource | undefined } | undefined;
  let moment: Subscription | undefined;
  let handOn: (event: E) => void = () => undefined;

  const release = (): void => {
    const last = held;
    held = undefined;
    if (last !== undefined) handOn(last.event);
  };

  const endMoment = (): void => {
    moment = undefined;
    joiner.close();
    // Whoever finds this too much must still find where it came from.
    emitFrom(held?.source, release);
  };

  const push = (event: E): void => {
    const joined = joiner.join(event);
    if (joined === undefined) release();
    if (!isDelta(event)) {
      handOn(event);
      return;
    }
    held = { event: joined ?? event, source: sourceAtWork() };
    moment ??= scheduler.schedule(endMoment, Math.min(everyMs ?? 0, MAX_TIMER_MS));
  };

  return {
    stage: (emit) => {
      handOn = emit;
      return { push, flush: release };
    },
    release,
    stop: () => {
      held = undefined;
      moment?.unsubscribe();
    },
  };
};

import type { FinishReason, StreamEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import type { AnyEvent } from '../EventOperator.ts';

/** An event as the stream of one choice tells it. */
export interface ToldEvent<E> {
  readonly choice: number;
  readonly event: E;
}

/** How many shared events are kept for choices to come; of more, `start`, `response` and the latest of the others. */
const MAX_KEPT = 256;

/**
 * Deals the events of an answer out to its choices, each as if it had been asked for alone: its own events as those of choice
 * 0, events of no choice to all. A choice that comes up late is told what was shared before.
 */
export const createChoiceSplitter =
  <E extends AnyEvent>(): Stage<E, ToldEvent<E>> =>
  (emit) => {
    /** How each choice that came up has finished in this attempt. */
    const choices = new Map<number, FinishReason | undefined>();
    let shared: E[] = [];
    let hasStarted = false;

    const keep = (event: E): void => {
      shared.push(event);
      if (shared.length <= MAX_KEPT) return;
      shared.splice(shared.findIndex(({ type }) => type !== 'start' && type !== 'response'), 1);
    };

    const begin = (start: E): void => {
      // What came before the first start (a warning about the address, say) is of the call and not of an attempt.
      if (hasStarted) shared = [];
      hasStarted = true;
      keep(start);
      for (const choice of choices.keys()) choices.set(choice, undefined);
    };

    const tellAll = (event: E): void => {
      for (const choice of choices.keys()) emit({ choice, event });
    };

    const end = (done: E): void => {
      const isTold = [...choices.values()].some((reason) => reason !== undefined);
      for (const [choice, reason] of choices) {
        if (isTold && reason === undefined) emit({ choice, event: MISSING as AnyEvent as E });
        emit({ choice, event: isTold ? { ...done, reason: reason ?? 'unknown' } : done });
      }
    };

    const tellOne = (choice: number, event: E): void => {
      const isNew = !choices.has(choice);
      if (isNew) choices.set(choice, undefined);
      if (isNew) for (const earlier of shared) emit({ choice, event: earlier });
      if (event.type === 'finish') choices.set(choice, (event as E & { readonly reason: FinishReason }).reason);
      emit({ choice, event: choice === 0 ? event : { ...event, choice: 0 } });
    };

    return {
      push: (event) => {
        const choice = choiceOf(event);
        if (choice !== undefined) tellOne(choice, event);
        else if (event.type === 'done') end(event);
        else {
          if (event.type === 'start') begin(event);
          else keep(event);
          tellAll(event);
        }
      },
      flush: () => undefined,
    };
  };

/** What ends a choice that a former attempt had begun and the last one did not give. */
const MISSING: StreamEvent = { type: 'finish', choice: 0, reason: 'unknown' };

const choiceOf = (event: AnyEvent): number | undefined =>
  'choice' in event && typeof event.choice === 'number' ? event.choice : undefined;

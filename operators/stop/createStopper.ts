import { isContent } from '../../src/events/isContent.ts';
import type { DoneEvent, FinishEvent, FinishReason, StreamEvent, TextDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import { perChoice } from '../text/perChoice.ts';
import type { Stretch } from '../text/Stretch.ts';
import { STOPPED } from './STOPPED.ts';

/** Whether the answer ends at this event, which is one of content. */
export type StopPredicate = (event: StreamEvent) => boolean;

/** What an answer that was stopped ends with. */
export type Ending = FinishEvent | DoneEvent;

interface StopperConfig {
  readonly include: boolean;
  readonly matcher?: Stage<string, Stretch>;
  readonly predicate?: StopPredicate;
}

/** Makes the stage of one subscription; it tells the ending first, and then emits `STOPPED`. */
export const createStopper =
  ({ include, matcher, predicate }: StopperConfig) =>
  (end: (ending: readonly Ending[]) => void): Stage<StreamEvent, StreamEvent | typeof STOPPED> =>
  (emit) => {
    let attempt = 1;
    /** How each choice that has said something has ended. */
    const reasons = new Map<number, FinishReason | undefined>();
    const stopped = new Set<number>();
    /** Of each choice that calls tools, how its end leaves the calls: cut, unless its own `finish` says otherwise. */
    const calling = new Map<number, FinishReason>();

    const reasonOfFirst = (): FinishReason => reasons.get(Math.min(...reasons.keys())) ?? 'stop';

    const stop = (choices: readonly number[]): void => {
      const finishes = choices.map((choice): FinishEvent => ({ type: 'finish', choice, reason: calling.get(choice) ?? 'stop' }));
      for (const { choice, reason } of finishes) {
        stopped.add(choice);
        reasons.set(choice, reason);
      }
      if (endIfOver(finishes)) return;
      for (const finish of finishes) emit(finish);
    };

    const endIfOver = (finishes: readonly FinishEvent[]): boolean => {
      if (stopped.size === 0 || [...reasons.values()].includes(undefined)) return false;
      end([...finishes, { type: 'done', reason: reasonOfFirst(), attempts: attempt }]);
      emit(STOPPED);
      return true;
    };

    const readText =
      (choice: number): Stage<TextDeltaEvent, StreamEvent> =>
      (send) => {
        let latest: TextDeltaEvent | undefined;
        const match = matcher?.(({ matched, text }) => {
          if (latest === undefined || stopped.has(choice)) return;
          if (!matched || include) send(text === latest.delta ? latest : { ...latest, delta: text });
          if (matched) stop([choice]);
        });
        return {
          push: (event) => {
            latest = event;
            if (match === undefined) send(event);
            else match.push(event.delta);
          },
          flush: () => match?.flush(),
        };
      };

    const texts = perChoice(readText)((event) => {
      // The text before it may have been the last of its choice.
      if ('choice' in event && stopped.has(event.choice)) return;
      if (event.type === 'tool_call_delta') calling.set(event.choice, 'length');
      if (event.type === 'finish') {
        reasons.set(event.choice, event.reason);
        emit(event);
        endIfOver([]);
      } else if (event.type === 'done' && stopped.size > 0) emit({ ...event, reason: reasonOfFirst() });
      else emit(event);
    });

    return {
      push: (event) => {
        if (event.type === 'start') {
          ({ attempt } = event);
          reasons.clear();
          stopped.clear();
          calling.clear();
        } else if ('choice' in event) {
          if (stopped.has(event.choice)) return;
          if (!reasons.has(event.choice)) reasons.set(event.choice, undefined);
          if (event.type === 'finish' && calling.has(event.choice)) calling.set(event.choice, event.reason);
        }
        if (predicate === undefined || !isContent(event) || !predicate(event)) texts.push(event);
        else {
          if (include) texts.push(event);
          stop([...reasons].flatMap(([choice, reason]) => (reason === undefined ? [choice] : [])));
        }
      },
      flush: () => texts.flush(),
    };
  };

import type { FinishReason, StreamEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { EventOperator } from './EventOperator.ts';
import { liftEvents } from './liftEvents.ts';
import { EventGrammarError } from './verify/EventGrammarError.ts';
import { oddityIn } from './verify/oddityIn.ts';

/**
 * Passes every event on, and fails at the first that breaks the grammar of events: put it behind a source, an operator or a
 * double of your own, in tests and wherever a wrong stream is worse than none.
 *
 *     stream:   notice* attempt* done |        notice:  heartbeat, warning, retry, fallback; anywhere before done
 *     attempt:  start response? (content | usage_report | raw)* finish*
 *
 * - Each `start` opens an attempt with a number higher than all before it, and each `retry` and `fallback` announces such a
 *   number; between a notice that says `discarded` and the next `start` nothing of an answer comes.
 * - `response` comes at most once per attempt, before its content.
 * - A choice finishes once, and says nothing afterwards.
 * - `done` comes when every choice has finished, with the reason of the first one, and is the last event. Completion without
 *   it is a break; an error is a proper ending at any time.
 * - Events are plain JSON values; a field that is not known is absent and not `undefined`.
 *
 * Events of other types, as operators add them, may come anywhere before `done` and are not looked into. Holds a few
 * figures per choice.
 *
 *     in:   s-t-f-t-f-d|
 *     out:  s-t-f-#
 *
 * @example
 * import { verifyEvents } from 'rx-completions/operators';
 * import { of } from 'rxjs';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const)
 *   .pipe(verifyEvents())
 *   .subscribe({ error: ({ message }) => console.log(message) }); // text_delta after 0 events: no attempt has started
 *
 * @throws `EventGrammarError`, as a notification.
 */
export const verifyEvents = (): EventOperator => liftEvents(createEventVerifier);

const createEventVerifier: Stage<StreamEvent, StreamEvent> = (emit) => {
  let position = 0;
  let attempt = 0;
  let announced = false;
  let open = false;
  let responded = false;
  let hasContent = false;
  let ended = false;
  /** How each choice that came up has finished. */
  const finishes = new Map<number, FinishReason | undefined>();

  const check = (event: StreamEvent): void => {
    const demand = (holds: boolean, rule: string): void => {
      if (!holds) throw new EventGrammarError(rule, position, event);
    };
    const demandPlain = (): void => {
      const oddity = oddityIn(event, event.type);
      demand(oddity === undefined, `${oddity ?? ''} is no JSON value`);
    };
    const demandAttempt = (): void => demand(open, 'no attempt has started');
    const demandRise = (next: number, lowest: number): void =>
      demand(next >= lowest, `attempt ${next} begins although attempt ${attempt} has begun`);

    demand(!ended, 'done is the last event');
    switch (event.type) {
      case 'heartbeat':
      case 'warning':
        break;
      case 'retry':
      case 'fallback':
        demandRise(event.attempt, attempt + 1);
        ({ attempt } = event);
        announced = true;
        if (event.discarded) open = false;
        responded = hasContent = false;
        break;
      case 'start':
        demandRise(event.attempt, announced ? attempt : attempt + 1);
        ({ attempt } = event);
        open = true;
        announced = responded = hasContent = false;
        finishes.clear();
        break;
      case 'response':
        demandAttempt();
        demand(!responded, 'the attempt has responded before');
        demand(!hasContent, 'content came before it');
        responded = true;
        break;
      case 'usage_report':
      case 'raw':
        demandAttempt();
        break;
      case 'text_delta':
      case 'reasoning_delta':
      case 'refusal_delta':
      case 'tool_call_delta':
      case 'annotation':
      case 'image':
      case 'audio_delta':
      case 'logprobs':
        demandAttempt();
        demand(finishes.get(event.choice) === undefined, `choice ${event.choice} has finished before`);
        finishes.set(event.choice, undefined);
        hasContent = true;
        break;
      case 'finish':
        demandAttempt();
        demand(finishes.get(event.choice) === undefined, `choice ${event.choice} has finished before`);
        finishes.set(event.choice, event.reason);
        break;
      case 'done': {
        demandAttempt();
        const choices = [...finishes].sort(([left], [right]) => left - right);
        const [running] = choices.find(([, reason]) => reason === undefined) ?? [];
        demand(running === undefined, `choice ${running ?? ''} has not finished`);
        const reason = choices[0]?.[1];
        demand(event.reason === reason, `the first choice finished with ${reason ?? 'nothing'}, not with ${event.reason}`);
        demand(event.attempts >= attempt, `attempt ${attempt} has begun, which is more than ${event.attempts}`);
        ended = true;
        break;
      }
      default:
        event satisfies never;
        return;
    }
    demandPlain();
  };

  return {
    push: (event) => {
      check(event);
      position += 1;
      emit(event);
    },
    flush: () => {
      if (!ended) throw new EventGrammarError('done has not come', position);
    },
  };
};

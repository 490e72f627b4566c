import { CompletionError } from '../../src/errors/CompletionError.ts';
import { isContent } from '../../src/events/isContent.ts';
import type { StartEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import type { AnyEvent } from '../EventOperator.ts';
import type { Attempt } from '../recovery/Attempt.ts';
import { belongsToNoAttempt, tooManyHeld } from '../recovery/createAttemptHolder.ts';
import { saysSomething } from '../recovery/commits.ts';
import { accompaniesText } from '../text/accompaniesText.ts';
import { createOverlap } from './createOverlap.ts';
import type { Seam } from './followsOn.ts';
import { isContinuedText, joinedEvents, restoredEvents } from './joinedEvents.ts';

export interface JoinerOptions {
  /** The text to be continued. */
  readonly partial: string;
  readonly minOverlap: number;
  readonly joins: (seam: Seam) => boolean;
  readonly maxHeldEvents: number;
  readonly onContent: () => void;
  /** Called when the continuation cannot be joined, before it fails. */
  readonly onUnjoined: () => void;
}

/** How much of a continuation without overlap is looked at. */
const OPENING_CHARS = 64;

/**
 * Joins an attempt to the text it continues: drops its `start`, which would void that text, and trims what it repeats. Holds
 * the attempt until that is decided: while what came may still be a repetition, so at most the length of the partial text,
 * and else for 64 characters. An attempt that begins the answer anew keeps its `start`. So does one that starts again after it
 * was joined, and then tells the partial text again, which that `start` has voided.
 */
export const createJoiner =
  <E extends AnyEvent>(attempt: Attempt, options: JoinerOptions): Stage<E, E> =>
  (emit) => {
    const { partial, minOverlap, maxHeldEvents } = options;
    let held: E[] | undefined = [];
    let hasContent = false;
    let hasPassed = false;
    let overlap = createOverlap(partial);
    let opening = '';

    const repeated = (): number => {
      const length = overlap.end();
      // A partial text that is repeated whole is no coincidence, however short it is.
      return length >= minOverlap || length === partial.length ? length : 0;
    };

    const beginsAnew = (): boolean => opening.length >= minOverlap && partial.startsWith(opening.slice(0, minOverlap));

    const join = (): void => {
      const events = held ?? [];
      held = undefined;
      for (const event of decide(events, repeated())) emit(event);
      hasPassed = true;
    };

    const decide = (events: readonly E[], overlap: number): readonly E[] => {
      if (overlap === 0 && beginsAnew()) return events;
      if (options.joins({ partial, opening, overlap })) {
        // The text told again is one of the events that E has: a continuation gives text.
        return hasPassed ? (restoredEvents(events, overlap, partial) as E[]) : joinedEvents(events, overlap);
      }
      options.onUnjoined();
      throw unjoined(attempt);
    };

    const read = (delta: string): void => {
      opening += delta;
      overlap.push(delta);
      if (overlap.isSettled() && (opening.length >= OPENING_CHARS || repeated() > 0 || beginsAnew())) join();
    };

    const hold = (event: E, events: E[]): void => {
      if (event.type === 'start') {
        // A second `start` voids what its attempt has said; the same call begins again, from the same partial answer.
        events.length = 0;
        opening = '';
        overlap = createOverlap(partial);
        attempt.endpoint = (event as E & StartEvent).endpoint;
      }
      if (events.length >= maxHeldEvents) throw tooManyHeld(attempt, maxHeldEvents);
      events.push(event);
      if (isContinuedText(event)) read(event.delta);
      else if (event.type === 'finish' || (isContent(event) && !accompaniesText(event))) join();
    };

    return {
      push: (event) => {
        if (!hasContent && saysSomething(event)) {
          hasContent = true;
          options.onContent();
        }
        if (belongsToNoAttempt(event)) emit(event);
        else if (held !== undefined || event.type === 'start') hold(event, (held ??= []));
        else emit(event);
      },
      flush: () => {
        if (held !== undefined) join();
      },
    };
  };

const unjoined = ({ endpoint }: Attempt): CompletionError =>
  new CompletionError('unexpected_content', {
    message: `${endpoint?.host ?? 'the endpoint'} did not go on from the partial answer`,
    ...(endpoint !== undefined && { endpoint }),
  });

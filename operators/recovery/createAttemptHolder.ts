import { CompletionError } from '../../src/errors/CompletionError.ts';
import type { RetryEvent } from '../../src/events/NoticeEvent.ts';
import type { DoneEvent, StartEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import type { AnyEvent } from '../EventOperator.ts';
import type { Attempt } from './Attempt.ts';
import { saysSomething } from './commits.ts';

export interface AttemptHolderOptions {
  readonly commits: (event: AnyEvent) => boolean;
  readonly maxHeldEvents: number;
  /** Which events are never held. @defaultValue `belongsToNoAttempt` */
  readonly passes?: (event: AnyEvent) => boolean;
  /** Called once, when the attempt first says something. */
  readonly onContent: () => void;
  /** Called once, before what was held is passed on. */
  readonly onCommit?: () => void;
  /** Called when the attempt has come to a good end. */
  readonly onWhole: () => void;
}

/**
 * Holds an attempt's events until one commits it, or it ends well; from then on they pass. Heartbeats and notices pass
 * always: they belong to no attempt, and whoever waits should see them. Numbers count on from the attempts before.
 */
export const createAttemptHolder =
  <E extends AnyEvent>(attempt: Attempt, options: AttemptHolderOptions): Stage<E, E> =>
  (emit) => {
    const { passes = belongsToNoAttempt } = options;
    let held: E[] = [];
    let hasContent = false;
    let startsAt: number | undefined;

    const pass = (event: E): void => {
      if (!attempt.delivered && saysSomething(event)) attempt.delivered = true;
      emit(event);
    };

    const release = (): void => {
      if (!attempt.committed) options.onCommit?.();
      attempt.committed = true;
      const events = held;
      held = [];
      for (const event of events) pass(event);
    };

    const hold = (event: E): void => {
      // A second `start` voids the first; what came before both is of neither (a warning about the address, say).
      if (event.type === 'start') held.length = startsAt ??= held.length;
      if (held.length >= options.maxHeldEvents) throw tooManyHeld(attempt, options.maxHeldEvents);
      held.push(event);
      if (options.commits(event)) release();
    };

    return {
      push: (incoming) => {
        const event = count(incoming, attempt);
        if (!hasContent && saysSomething(event)) {
          hasContent = true;
          options.onContent();
        }
        if (attempt.committed || passes(event)) pass(event);
        else hold(event);
      },
      flush: () => {
        release();
        options.onWhole();
      },
    };
  };

/** Heartbeats and notices: whoever waits should see them. */
export const belongsToNoAttempt = (event: AnyEvent): boolean => PASSING.has(event.type);

const PASSING: ReadonlySet<string> = new Set(['heartbeat', 'retry', 'fallback']);

/** Notes an event's place among the attempts, and counts it on from those made before. */
const count = <E extends AnyEvent>(event: E, attempt: Attempt): E => {
  const { before } = attempt;
  // Events of one `type` have one shape, which is what the discriminated union promises.
  const numbered = event as E & Pick<StartEvent, 'attempt' | 'endpoint'> & Pick<DoneEvent, 'attempts'> & Pick<RetryEvent, 'discarded'>;
  switch (event.type) {
    case 'start':
      attempt.endpoint = numbered.endpoint;
      attempt.made = Math.max(attempt.made, numbered.attempt);
      return before === 0 ? event : { ...event, attempt: numbered.attempt + before };
    case 'retry':
    case 'fallback': {
      attempt.made = Math.max(attempt.made, numbered.attempt);
      // What is held here was delivered further in only.
      const discarded = numbered.discarded && attempt.delivered;
      const isSame = before === 0 && discarded === numbered.discarded;
      return isSame ? event : { ...event, attempt: numbered.attempt + before, discarded };
    }
    case 'done':
      return before === 0 ? event : { ...event, attempts: numbered.attempts + before };
    default:
      return event;
  }
};

export const tooManyHeld = ({ endpoint }: Attempt, maxHeldEvents: number): CompletionError =>
  new CompletionError('limit', {
    message: `${endpoint?.host ?? 'the endpoint'} sent more events before a commit than maxHeldEvents allows (${maxHeldEvents})`,
    ...(endpoint !== undefined && { endpoint }),
  });

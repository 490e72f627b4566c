import type { ObservableNotification } from 'rxjs';
import type { ReasoningDeltaEvent, StreamEvent, TextDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { UnitEnd } from './TextUnit.ts';

/** What comes in and goes out: events, and the end. */
export type Arrival = ObservableNotification<StreamEvent>;

/** Holds text back, and all that came after it, until its time has come. */
export interface Pacer {
  /** Takes what arrives; gives what goes out at once. */
  push(arrival: Arrival): readonly Arrival[];
  /** Gives what goes out at a step. */
  step(): readonly Arrival[];
  /** Whether nothing will go out before something arrives, so that no step is needed. */
  isResting(): boolean;
}

export interface PacerConfig {
  readonly unitEnd: UnitEnd;
  /** Characters in a millisecond, at least. */
  readonly leastPace: number;
  readonly maxDelayMs: number;
  readonly now: () => number;
}

/** Text of one kind and choice, as much of it as is held. */
interface Run {
  readonly event: TextDeltaEvent | ReasoningDeltaEvent;
  text: string;
  details: unknown[] | undefined;
}

/**
 * The pace is such that all of what is held is out after `maxDelayMs`, and never slackens while anything is held: so nothing
 * stays longer. A unit goes out when the pace has reached its beginning, so text is rather early than late.
 */
export const createPacer = ({ unitEnd, leastPace, maxDelayMs, now }: PacerConfig): Pacer => {
  let queue: (Run | Arrival)[] = [];
  let heldLength = 0;
  let pace = 0;
  /** How many characters may go out now. */
  let credit = 0;
  let countedAt = 0;
  let resting = true;

  const addText = (event: Run['event'], details: readonly unknown[] | undefined): void => {
    const last = queue.at(-1);
    if (last !== undefined && isRun(last) && last.event.type === event.type && last.event.choice === event.choice) {
      last.text += event.delta;
      if (details !== undefined) for (const detail of details) (last.details ??= []).push(detail);
    } else if (event.delta === '' && details === undefined) queue.push(next(event));
    else queue.push({ event, text: event.delta, details: details && [...details] });
    heldLength += event.delta.length;
  };

  const add = (arrival: Arrival): void => {
    const event = arrival.kind === 'N' ? arrival.value : undefined;
    if (event?.type === 'reasoning_delta' && event.details !== undefined) {
      const { details, ...bare } = event;
      addText(bare, details);
    } else if (event?.type === 'text_delta' || event?.type === 'reasoning_delta') addText(event, undefined);
    else queue.push(arrival);
  };

  /** The part of a run that may go out; nothing where it has none. */
  const takeOf = (run: Run, whole: boolean): Arrival | undefined => {
    const end = unitEnd(run.text, credit, whole);
    if (end === 0 && run.text !== '') return undefined;
    credit -= end;
    heldLength -= end;
    const delta = run.text.slice(0, end);
    run.text = run.text.slice(end);
    const { event, details } = run;
    // What came with the text goes out with the last of it.
    if (event.type === 'reasoning_delta' && details !== undefined && run.text === '') return next({ ...event, delta, details });
    return next(delta === event.delta ? event : { ...event, delta });
  };

  const take = (): Arrival[] => {
    const out: Arrival[] = [];
    let taken = 0;
    for (let head = queue[0]; head !== undefined; head = queue[taken]) {
      if (isRun(head)) {
        const piece = credit > 0 ? takeOf(head, taken + 1 < queue.length) : undefined;
        if (piece === undefined) break;
        out.push(piece);
        if (head.text !== '') continue;
      } else out.push(head);
      taken += 1;
    }
    // At once: an array is moved as a whole.
    if (taken > 0) queue.splice(0, taken);
    return out;
  };

  const rest = (): void => {
    resting = true;
    pace = credit = 0;
  };

  return {
    push: (arrival) => {
      if (arrival.kind === 'N' && arrival.value.type === 'start') {
        const notices = queue.filter(isArrival);
        queue = [];
        heldLength = 0;
        rest();
        return [...notices, arrival];
      }
      add(arrival);
      if (heldLength > 0) pace = Math.max(pace, leastPace, heldLength / maxDelayMs);
      if (arrival.kind === 'E') credit = Infinity;
      else if (!resting) credit = Math.min(credit, 0);
      else {
        credit = pace === Infinity ? pace : Number.EPSILON;
        countedAt = now();
      }
      const out = take();
      if (resting) resting = queue.length === 0 && !out.some(isText);
      return out;
    },
    step: () => {
      const at = now();
      credit = pace === Infinity ? pace : credit + pace * (at - countedAt);
      countedAt = at;
      const out = take();
      // Credit that is left over found no whole unit.
      if (credit > 0 && !out.some(isText)) rest();
      return out;
    },
    isResting: () => resting,
  };
};

const isRun = (held: Run | Arrival): held is Run => 'text' in held;

const isArrival = (held: Run | Arrival): held is Arrival => !isRun(held);

const next = (value: StreamEvent): Arrival => ({ kind: 'N', value });

const isText = (arrival: Arrival): boolean =>
  arrival.kind === 'N' && (arrival.value.type === 'text_delta' || arrival.value.type === 'reasoning_delta');

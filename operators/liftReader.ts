import type { Observable, ObservableInput } from 'rxjs';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { AnyEvent } from './EventOperator.ts';
import { lift } from './lift.ts';

/**
 * Takes a stream of any event union and gives something that is no event: text, a chat message, a frame. Like
 * `EventOperator`, it infers in a pipe without annotations.
 */
export type EventReader<Out> = <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>) => Observable<Out>;

/** Lifts a stage that reads events and emits something else. An event of a `type` it does not know must leave it unmoved. */
export const liftReader = <Out>(stage: Stage<StreamEvent, Out>): EventReader<Out> =>
  // The cast widens the input only. Safe as long as events of one `type` have one shape, as in `liftEvents`.
  lift(stage) as unknown as EventReader<Out>;

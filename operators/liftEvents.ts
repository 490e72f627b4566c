import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { lift } from './lift.ts';

/**
 * Lifts a stage over events to an operator that takes any event union. Inside the stage an input narrows like a
 * `StreamEvent`; one of another `type` falls through to where the stage emits what it does not know, which it must do.
 */
export const liftEvents = <Added extends AnyEvent = never>(
  stage: Stage<StreamEvent, StreamEvent | Added>,
): EventOperator<Added> =>
  // The compiler cannot see that a stage which passes unknown events on gives back the union it was given. Safe as long
  // as events of one `type` have one shape, which is what the discriminated union promises.
  lift(stage) as unknown as EventOperator<Added>;

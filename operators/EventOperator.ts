import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { Observable, ObservableInput } from 'rxjs';

/** The least an event must be for an operator to pass it on untouched. */
export interface AnyEvent {
  readonly type: string;
}

/**
 * An operator that passes every event of its source on and may add events of its own. The type parameter sits on the
 * returned function, so a pipe infers without annotations, in any order.
 */
export type EventOperator<Added extends AnyEvent = never> = <E extends AnyEvent = StreamEvent>(
  source: ObservableInput<E>,
) => Observable<E | Added>;

import { from, Observable, Subscriber, type ObservableInput } from 'rxjs';
import type { Stage } from '../src/stage.ts';

/**
 * Lifts a stage to an operator: state is born at subscription, `flush` runs at completion and not on error, a synchronous
 * source stops at `take(1)`, and unsubscribing inside `next` stops emission at once, even within one `push`. What a stage
 * throws becomes the error notification.
 */
export const lift =
  <In, Out>(stage: Stage<In, Out>) =>
  (source: ObservableInput<In>): Observable<Out> =>
    new Observable<Out>((subscriber) => {
      const run = stage((output) => {
        if (!subscriber.closed) subscriber.next(output);
      });
      // Joined before the subscription: a synchronous source must see the end of its consumer while it still emits. That
      // is why this builds a Subscriber itself, which the observer form of `subscribe` would only hand back afterwards.
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- rxjs 7 has no other way; rxjs 8 exports `operate`
      const upstream = new Subscriber<In>({
        next: (input: In) => {
          try {
            run.push(input);
          } catch (error) {
            subscriber.error(error);
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          try {
            run.flush();
            subscriber.complete();
          } catch (error) {
            subscriber.error(error);
          }
        },
      });
      subscriber.add(upstream);
      from(source).subscribe(upstream);
    });

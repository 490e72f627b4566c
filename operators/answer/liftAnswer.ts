import { catchError, defer, type Observable, type ObservableInput } from 'rxjs';
import { CompletionError } from '../../src/errors/CompletionError.ts';
import type { StreamEvent } from '../../src/events/StreamEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';
import { lift } from '../lift.ts';
import type { EventReader } from '../liftReader.ts';
import { readAnswer, type AnswerReading, type AnswerSettings, type AnswerWatch } from './readAnswer.ts';

/** Makes a reader of events out of what is to be told of an answer. A failure of the source brings what had come of it. */
export const liftAnswer =
  <Out>(settings: AnswerSettings, watch: (emit: (output: Out) => void) => AnswerWatch): EventReader<Out> =>
  <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<Out> =>
    defer(() => {
      let reading: AnswerReading | undefined;
      // The cast narrows the input only: events of one `type` have one shape, and others leave the reading unmoved.
      const events = source as unknown as ObservableInput<StreamEvent>;
      return lift<StreamEvent, Out>((emit) => (reading = readAnswer(settings, watch(emit))))(events).pipe(
        catchError((error: unknown) => {
          throw withPartial(error, reading);
        }),
      );
    });

const withPartial = (error: unknown, reading: AnswerReading | undefined): unknown => {
  if (!(error instanceof CompletionError) || error.partial !== undefined) return error;
  const partial = reading?.soFar();
  return partial === undefined ? error : error.with({ partial });
};

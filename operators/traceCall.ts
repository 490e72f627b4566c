import { defer, from, tap, type Observable, type ObservableInput } from 'rxjs';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { expectConfig } from './expectConfig.ts';
import { createCallSpan } from './trace/createCallSpan.ts';
import type { SpanAttributes, TracerLike } from './trace/TracerLike.ts';

/** Config of `traceCall`. */
export interface TraceCallConfig {
  /**
   * What is done, in the words of the GenAI semantic conventions; the span is called by it and the model.
   *
   * @defaultValue 'chat'
   */
  readonly operation?: string | undefined;
  /**
   * Attributes of your own. Of a call that is left before its endpoint is known, the model is known only where you say it
   * here, as `gen_ai.request.model`.
   *
   * @defaultValue none
   */
  readonly attributes?: SpanAttributes | undefined;
  /**
   * The context whose span becomes the parent.
   *
   * @defaultValue the one that is active at subscription
   */
  readonly context?: unknown;
}

/** A span of kind client, by its number in `@opentelemetry/api`. */
const CLIENT = 2;

/**
 * Records the call as one OpenTelemetry span by the GenAI semantic conventions, and passes every event on. `tracer` is one of
 * `@opentelemetry/api`. The span runs from subscription to the end, whichever end that is, and ends once: `OK` for a whole
 * answer, also where the consumer leaves after it has finished; an error with its code as `error.type`; `cancelled` where
 * the consumer leaves or the source is stopped earlier.
 *
 * Attempts, retries and fallbacks are events of the span, and so is the first content: put it behind what recovers. It holds
 * endpoint, model, response id, finish reasons and tokens, and no word of prompt or answer. `server.address` and `server.port`
 * are the last endpoint's, and set at the end.
 *
 * @example
 * import { of } from 'rxjs';
 * import { traceCall, type TracerLike } from 'rx-completions/operators';
 *
 * declare const tracer: TracerLike; // trace.getTracer('my-app') of @opentelemetry/api
 * const traced = of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const).pipe(traceCall(tracer));
 */
export const traceCall = (tracer: TracerLike, config: TraceCallConfig = {}): EventOperator => {
  expectConfig('traceCall', config, { operation: true, attributes: true, context: true });
  const { operation = 'chat', attributes, context } = config;
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E> =>
    defer(() => {
      const options = { kind: CLIENT, attributes: { ...attributes, 'gen_ai.operation.name': operation } };
      const model = attributes?.['gen_ai.request.model'];
      const name = typeof model === 'string' ? `${operation} ${model}` : operation;
      // The type of a context is the tracer's own affair.
      const started = context === undefined ? tracer.startSpan(name, options) : tracer.startSpan(name, options, context as never);
      const span = createCallSpan(started, operation);
      return from(source).pipe(
        tap({
          // Events of one `type` have one shape; of another it knows nothing.
          next: (event) => span.push(event as unknown as StreamEvent),
          error: (error: unknown) => span.fail(error),
          complete: () => span.leave(),
          unsubscribe: () => span.leave(),
        }),
      );
    });
};

import { CompletionError } from '../../src/errors/CompletionError.ts';
import { isContent } from '../../src/events/isContent.ts';
import type { Endpoint } from '../../src/errors/Endpoint.ts';
import type { StreamEvent } from '../../src/events/StreamEvent.ts';
import { createFinishWatch } from '../choices/createFinishWatch.ts';
import { createUsageMeter } from '../budget/createUsageMeter.ts';
import type { UsageEvent } from '../normalizeUsage.ts';
import { serverOf } from './serverOf.ts';
import type { SpanAttributes, SpanLike } from './TracerLike.ts';

/** A span while its call runs. */
export interface CallSpan {
  push(event: StreamEvent | UsageEvent): void;
  fail(error: unknown): void;
  /** Nothing more comes, or nobody listens any more. */
  leave(): void;
}

const OK = 1;
const ERROR = 2;

export const createCallSpan = (span: SpanLike, operation: string): CallSpan => {
  const finish = createFinishWatch();
  // Nothing is estimated: a span says what the endpoint said.
  const meter = createUsageMeter({ estimate: () => 0 });
  const reasons = new Map<number, string>();
  let hasContent = false;
  let host: string | undefined;

  const nameEndpoint = (endpoint: Endpoint): void => {
    ({ host } = endpoint);
    span.updateName(`${operation} ${endpoint.model}`);
    span.setAttributes({ 'gen_ai.provider.name': endpoint.provider, 'gen_ai.request.model': endpoint.model });
  };

  const end = (status: { code: number; message?: string }, attributes: SpanAttributes = {}): void => {
    const usage = meter.usage();
    span.setAttributes({
      // Only now, since no attribute can be taken back and the last endpoint may have no port.
      ...(host !== undefined && serverOf(host)),
      ...(usage?.input !== undefined && { 'gen_ai.usage.input_tokens': usage.input }),
      ...(usage?.output !== undefined && { 'gen_ai.usage.output_tokens': usage.output }),
      ...(reasons.size > 0 && { 'gen_ai.response.finish_reasons': [...reasons.values()] }),
      ...attributes,
    });
    span.setStatus(status);
    span.end();
  };

  return {
    push: (event) => {
      meter.push(event);
      finish.push(event);
      if (!hasContent && isContent(event)) {
        hasContent = true;
        span.addEvent('first_content');
      }
      switch (event.type) {
        case 'start':
          hasContent = false;
          reasons.clear();
          nameEndpoint(event.endpoint);
          span.addEvent('attempt', {
            attempt: event.attempt,
            'gen_ai.provider.name': event.endpoint.provider,
            'gen_ai.request.model': event.endpoint.model,
            ...serverOf(event.endpoint.host),
          });
          break;
        case 'retry':
        case 'fallback': {
          const endpoint = event.to ?? (host === undefined ? event.from : undefined);
          if (endpoint !== undefined) nameEndpoint(endpoint);
          span.addEvent(event.type, {
            attempt: event.attempt,
            'error.type': event.error.code,
            ...(event.delayMs !== undefined && { 'delay.ms': event.delayMs }),
          });
          break;
        }
        case 'response':
          span.setAttributes({
            ...(event.id !== undefined && { 'gen_ai.response.id': event.id }),
            ...(event.model !== undefined && { 'gen_ai.response.model': event.model }),
          });
          break;
        case 'finish':
          reasons.set(event.choice, event.reason);
      }
    },
    leave: () => {
      if (finish.isFinished()) end({ code: OK });
      else end({ code: ERROR, message: 'left before the answer was whole' }, { 'error.type': 'cancelled' });
    },
    fail: (error) => {
      const known = error instanceof CompletionError ? error : undefined;
      if (known?.endpoint !== undefined) nameEndpoint(known.endpoint);
      // Only our own errors are known to hold no prompt and no key.
      const message = known?.message ?? 'the pipeline failed';
      const type = known?.code ?? (error instanceof Error ? error.name : 'unknown');
      end({ code: ERROR, message }, { 'error.type': type, ...(known?.status !== undefined && { 'http.response.status_code': known.status }) });
    },
  };
};

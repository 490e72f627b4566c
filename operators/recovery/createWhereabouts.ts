import type { CompletionErrorDetails } from '../../src/errors/CompletionError.ts';
import { isContent } from '../../src/events/isContent.ts';
import type { StreamEvent } from '../../src/events/StreamEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';

/** Knows what an operator's own error says of the call: whose answer it was, and whether any of it had been seen. */
export interface Whereabouts {
  push(event: AnyEvent): void;
  details(): Pick<CompletionErrorDetails, 'committed' | 'endpoint'>;
}

/** What has been seen stays seen: a new attempt changes the endpoint only. */
export const createWhereabouts = (): Whereabouts => {
  let details: ReturnType<Whereabouts['details']> = { committed: false };
  return {
    push: (event) => {
      // Events of one `type` have one shape.
      if (event.type === 'start') details = { ...details, endpoint: (event as StreamEvent & { readonly type: 'start' }).endpoint };
      else if (details.committed === false && isContent(event)) details = { ...details, committed: true };
    },
    details: () => details,
  };
};

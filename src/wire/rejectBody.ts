import { CompletionError } from '../errors/CompletionError.ts';
import { redact } from '../errors/redact.ts';
import type { Stage } from '../stage.ts';
import type { FailureContext } from './FailureContext.ts';
import { plainText } from './plainText.ts';

/** How much of such a body is read before it is refused. */
const EXCERPT_BYTES = 2048;

/** Refuses a body that is no completion, naming its beginning: a login page, a proxy's apology. */
export const rejectBody =
  (format: 'html' | 'text', context: FailureContext): Stage<Uint8Array, never> =>
  () => {
    let beginning = Buffer.alloc(0);
    const refuse = (): never => {
      const shown = redact(plainText(beginning.toString('utf8')), context);
      const what = format === 'html' ? 'an HTML page' : 'text';
      throw new CompletionError('unexpected_content', {
        ...(context.endpoint === undefined ? {} : { endpoint: context.endpoint }),
        message: `${context.endpoint?.host ?? 'the endpoint'} answered with ${what} and not a completion; does baseUrl point at an API? It begins: ${shown}`,
      });
    };
    return {
      push: (bytes) => {
        beginning = Buffer.concat([beginning, bytes.subarray(0, EXCERPT_BYTES - beginning.length)]);
        if (beginning.length >= EXCERPT_BYTES) refuse();
      },
      flush: refuse,
    };
  };

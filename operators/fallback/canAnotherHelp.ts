import type { CompletionError } from '../../src/errors/CompletionError.ts';
import type { FallbackContext } from './FallbackContext.ts';

/**
 * Whether another endpoint may do better. Not when the caller wants no answer (`aborted`), not when another answer costs
 * what is spent (`budget`), and not when the first call is set up wrongly (`config`): such a mistake is to be seen when it
 * is made. In an alternate it would only be found in an outage, when the next one is more use.
 */
export const canAnotherHelp = ({ code }: CompletionError, { errors }: FallbackContext): boolean =>
  code !== 'aborted' && code !== 'budget' && (code !== 'config' || errors.length > 1);

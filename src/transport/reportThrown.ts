import { throwError, type UnsubscriptionError } from 'rxjs';

/**
 * A teardown of the consumer's may throw as the call ends. Thrown on into undici, that would be a failure of a request which
 * is over, and nobody would hear of it: rxjs reports it where it reports all that nobody handles.
 */
export const reportThrown = (end: () => void): void => {
  try {
    end();
  } catch (thrown) {
    // What rxjs makes of whatever was thrown.
    const error = thrown as UnsubscriptionError;
    throwError(() => error).subscribe();
  }
};

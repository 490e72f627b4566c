import { Observable } from 'rxjs';
import type { HttpRequest } from '../request/HttpRequest.ts';
import { Call } from './Call.ts';
import type { OpenReader } from './ResponseReader.ts';

/**
 * Sends a request and emits what the reader opened for its response makes of the body.
 *
 * Cold: each subscription prepares and sends a request of its own, at once when `prepare` is synchronous. Errors, those of
 * `prepare` included, arrive as error notifications. Unsubscribing closes the socket, in whatever state it is.
 */
export const streamResponse = <Out>(
  prepare: () => HttpRequest | Promise<HttpRequest>,
  open: OpenReader<Out>,
): Observable<Out> =>
  new Observable<Out>((subscriber) => {
    const startedAt = performance.now();

    const send = (request: HttpRequest): void => {
      if (subscriber.closed) return;
      const call = new Call(request, open, subscriber, startedAt);
      // Joined before it starts: a dispatcher may answer within the call, and the consumer leave within its first event.
      subscriber.add(() => call.stop());
      call.start();
    };

    try {
      const prepared = prepare();
      if ('then' in prepared) prepared.then(send, (error: unknown) => subscriber.error(error));
      else send(prepared);
    } catch (error) {
      subscriber.error(error);
    }
  });

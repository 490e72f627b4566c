import type { Observable, Subscription } from 'rxjs';
import type { WaitingLine } from './createWaitingLine.ts';

interface Request<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE: IteratorResult<never, undefined> = { done: true, value: undefined };

/**
 * Turns pushing into pulling: subscribes when it is asked for the first value, answers requests in the order they came, and
 * tells an error once, behind the values that came before it.
 */
export const createPuller = <T>(source: Observable<T>, line: WaitingLine<T>): AsyncIterableIterator<T, undefined> => {
  const requests: Request<T>[] = [];
  let subscription: Subscription | undefined;
  let failure: { readonly error: unknown } | undefined;
  let isBegun = false;
  let isOver = false;

  const end = (): void => {
    isOver = true;
    // Nothing more comes here, but others may read the same call.
    line.letGo();
    for (const request of requests.splice(0)) request.resolve(DONE);
  };

  const begin = (): void => {
    isBegun = true;
    subscription = source.subscribe({
      next: (value) => {
        const request = requests.shift();
        if (request !== undefined) request.resolve({ done: false, value });
        else if (!isOver) line.push(value);
      },
      error: (error: unknown) => {
        const request = requests.shift();
        if (request === undefined) failure = { error };
        else request.reject(error);
        end();
      },
      complete: end,
    });
    // Somebody left while the source was being subscribed.
    if (isOver) subscription.unsubscribe();
  };

  const leave = (): void => {
    failure = undefined;
    subscription?.unsubscribe();
    line.clear();
    end();
  };

  const answer = ({ resolve, reject }: Request<T>): void => {
    const place = line.take();
    if (place !== undefined) resolve({ done: false, value: place.value });
    else if (failure !== undefined) {
      reject(failure.error);
      failure = undefined;
    } else if (isOver) resolve(DONE);
    else {
      requests.push({ resolve, reject });
      if (!isBegun) begin();
    }
  };

  return {
    next: () => new Promise((resolve, reject) => answer({ resolve, reject })),
    return: () => {
      leave();
      return Promise.resolve(DONE);
    },
    throw: (error: Error) => {
      leave();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

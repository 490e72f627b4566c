import { Subject, type SubjectLike } from 'rxjs';

/**
 * A subject that holds what it is told until somebody listens, tells it then, and is an ordinary one from there on. It ends
 * with `overflow` where it would have to hold more than `maxHeld`; then nothing of it is held any longer.
 */
export const createHeldSubject = <T>(maxHeld: number, overflow: () => Error): SubjectLike<T> => {
  const live = new Subject<T>();
  let held: T[] | undefined = [];
  let end: (() => void) | undefined;

  const endWith = (how: () => void): void => {
    if (held === undefined) how();
    else end ??= how;
  };

  const release = (): void => {
    // What is told meanwhile is appended, and so has its turn.
    for (const value of held ?? []) live.next(value);
    held = undefined;
    end?.();
  };

  return {
    next: (value) => {
      if (held === undefined) live.next(value);
      else if (end === undefined && held.push(value) > maxHeld) {
        held.length = 0;
        end = () => live.error(overflow());
      }
    },
    error: (error: Error) => endWith(() => live.error(error)),
    complete: () => endWith(() => live.complete()),
    subscribe: (observer) => {
      const isFirst = held !== undefined && !live.observed;
      const subscription = live.subscribe(observer);
      if (isFirst) release();
      return subscription;
    },
  };
};

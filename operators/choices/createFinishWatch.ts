import { isContent } from '../../src/events/isContent.ts';
import type { AnyEvent } from '../EventOperator.ts';

/** Watches for the end of what an attempt has to say. */
export interface FinishWatch {
  push(event: AnyEvent): void;
  /** Whether every choice that has said something has finished. */
  isFinished(): boolean;
}

export const createFinishWatch = (): FinishWatch => {
  const running = new Set<unknown>();
  let some = false;
  return {
    push: (event) => {
      // A choice is named by content and by its finish, and nothing else is asked here.
      const choice: unknown = 'choice' in event ? event.choice : undefined;
      if (event.type === 'start') {
        running.clear();
        some = false;
      } else if (event.type === 'finish') {
        running.delete(choice);
        some = true;
      } else if (event.type === 'done') {
        running.clear();
        some = true;
      } else if (isContent(event)) running.add(choice);
    },
    isFinished: () => some && running.size === 0,
  };
};

import { within } from '../within.ts';

/** Waits for conditions on a state that says when it changes. */
export interface Watch {
  changed(): void;
  until(holds: () => boolean, withinMs: number, late: () => string): Promise<void>;
}

export const createWatch = (): Watch => {
  const waiting = new Set<() => void>();
  return {
    changed: () => waiting.forEach((look) => look()),
    until: async (holds, withinMs, late) => {
      let look: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        look = () => {
          if (holds()) resolve();
        };
      });
      waiting.add(look);
      look();
      try {
        await within(held, withinMs, late);
      } finally {
        waiting.delete(look);
      }
    },
  };
};

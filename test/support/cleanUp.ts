import { afterEach } from 'vitest';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs at the end of the test, the last first. For folders whose files share no modules: the hook is that of one file. */
export const cleanUp = (work: () => unknown): void => void cleanups.push(work);

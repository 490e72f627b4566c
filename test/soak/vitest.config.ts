import { defineConfig } from 'vitest/config';

/** What takes minutes or needs the machine to itself: one file after the other, on what is built; once more where other work came in between. */
export default defineConfig({
  test: { include: ['test/soak/*.test.ts'], testTimeout: 180_000, hookTimeout: 60_000, fileParallelism: false, retry: 1 },
});

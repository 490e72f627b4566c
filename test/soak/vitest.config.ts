import { defineConfig } from 'vitest/config';

/** What takes minutes or needs the machine to itself: one file after the other, on what is built. */
export default defineConfig({
  test: { include: ['test/soak/*.test.ts'], testTimeout: 180_000, hookTimeout: 60_000, fileParallelism: false },
});

import { defineConfig } from 'vitest/config';
import { doors } from '../../vitest.config.ts';

export default defineConfig({
  resolve: { alias: doors },
  test: {
    include: ['test/pack/*.test.ts'],
    globalSetup: ['test/pack/packedProject.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});

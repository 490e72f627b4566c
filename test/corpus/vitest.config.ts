import { defineConfig } from 'vitest/config';
import { doors } from '../../vitest.config.ts';

export default defineConfig({
  resolve: { alias: doors },
  test: { include: ['test/corpus/*.test.ts'], testTimeout: 300_000 },
});

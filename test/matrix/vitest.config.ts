import { defineConfig } from 'vitest/config';
import { doors } from '../../vitest.config.ts';

/** All tests whose names count, the slow ones too; for listing only. */
export default defineConfig({
  resolve: { alias: doors },
  test: { include: ['test/**/*.test.ts'], exclude: ['test/interop/**', 'test/pack/**', '**/node_modules/**'] },
});

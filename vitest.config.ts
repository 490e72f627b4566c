import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests import the package by its own name, as a user would; these names then mean the sources, not a stale build. */
export const doors: Record<string, string> = {
  'rx-completions/operators': source('./operators/index.ts'),
  'rx-completions/testing': source('./src/testing/index.ts'),
  'rx-completions': source('./src/index.ts'),
};

export default defineConfig({
  resolve: { alias: doors },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/corpus/**', 'test/interop/**', 'test/pack/**', 'test/bench/**', 'test/soak/**', 'test/compare/**'],
    typecheck: { enabled: false },
    testTimeout: 20_000,
  },
});

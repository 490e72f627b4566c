import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const built = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

/** What is built is what users get, so that is what meets the servers. */
export default defineConfig({
  resolve: {
    alias: {
      'rx-completions/operators': built('operators/index.js'),
      'rx-completions/testing': built('src/testing/index.js'),
      'rx-completions': built('src/index.js'),
    },
  },
  test: {
    include: ['test/interop/*.test.ts'],
    globalSetup: ['test/interop/realServers.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});

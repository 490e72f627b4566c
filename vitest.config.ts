import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests import the package by its own name, as a user would; these names then mean the sources, not a stale build. */
export const doors: Record<string, string> = {
  'rx-completions/operators': source('./operators/index.ts'),
  'rx-completions/testing': source('./src/testing/index.ts'),
  'rx-completions': source('./src/index.ts'),
};

const base = { testTimeout: 20_000, typecheck: { enabled: false } };

const filesIn = (folders: readonly string[]): string[] => folders.map((folder) => `test/${folder}/**/*.test.ts`);

/** Folders whose tests open no socket and start no process of their own: they share one module graph. */
const pure = filesIn(['architecture', 'errors', 'events', 'model', 'operators', 'request', 'sse', 'testing', 'wire']);

/** Folders with a configuration of their own, for what takes longer. */
const slow = filesIn(['bench', 'compare', 'corpus', 'interop', 'pack', 'soak']);

/** Every other file has a process to itself, since it counts sockets, timers and listeners. */
export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      { resolve: { alias: doors }, test: { ...base, name: 'alone', include: ['test/**/*.test.ts'], exclude: [...pure, ...slow] } },
      { resolve: { alias: doors }, test: { ...base, name: 'shared', include: pure, isolate: false } },
    ],
  },
});

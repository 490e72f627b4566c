import { cpSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as calls from 'rx-completions';
import * as operators from 'rx-completions/operators';
import * as testing from 'rx-completions/testing';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { run } from './run.ts';

const consumer = inject('consumer');

/** Runs one of the programs beside this file in the consumer's project, and reads what it says. */
const runProgram = async (name: string, ...parameters: string[]): Promise<unknown> =>
  JSON.parse(await run(process.execPath, [name, ...parameters], consumer));

const DOORS = {
  'rx-completions': Object.keys(calls).sort(),
  'rx-completions/operators': Object.keys(operators).sort(),
  'rx-completions/testing': Object.keys(testing).sort(),
};

describe('the installed package', () => {
  beforeAll(() => cpSync(fileURLToPath(new URL('consumer', import.meta.url)), consumer, { recursive: true }));

  it('opens its doors to import, and the same ones to require', async () => {
    expect(await runProgram('doors.mjs', ...Object.keys(DOORS))).toEqual({ imported: DOORS, requiredAreTheSame: true });
  });

  it('opens nothing else but its package.json', async () => {
    const inside = [
      'rx-completions/dist/src/index.js',
      'rx-completions/dist/operators/lift.js',
      'rx-completions/src/index.ts',
      'rx-completions/src',
      'rx-completions/operators/lift.js',
      'rx-completions/operators/index.js',
      'rx-completions/index.js',
      'rx-completions/README.md',
    ];
    const refused = Object.fromEntries(inside.map((name) => [name, 'ERR_PACKAGE_PATH_NOT_EXPORTED']));
    expect(await runProgram('resolve.mjs', ...inside)).toEqual(refused);
    expect(await runProgram('resolve.mjs', 'rx-completions/package.json')).toEqual({ 'rx-completions/package.json': 'resolved' });
  });

  it('works with sources and alternates of another copy of rxjs', async () => {
    expect(await runProgram('twoCopies.mjs')).toEqual({
      copiesDiffer: true,
      lifted: ['Hel', 'Hello'],
      piped: ['Hel', 'Hello'],
      fellBack: ['fallback', 'text_delta', 'text_delta', 'done'],
      calledByTheOther: 'Hello, stream!',
    });
  });

  it('lets the operators be used where there is no undici and no zod', async () => {
    const bare = join(consumer, 'bare/node_modules');
    mkdirSync(bare, { recursive: true });
    cpSync(join(consumer, 'node_modules/rx-completions'), join(bare, 'rx-completions'), { recursive: true });
    for (const name of ['rxjs', 'tslib']) symlinkSync(join(consumer, 'node_modules', name), join(bare, name));
    for (const name of ['undici', 'zod']) renameSync(join(consumer, 'node_modules', name), join(consumer, name));
    try {
      cpSync(join(consumer, 'doors.mjs'), join(consumer, 'bare/doors.mjs'));
      const load = (door: string): Promise<string> => run(process.execPath, ['doors.mjs', door], join(consumer, 'bare'));
      expect(await load('rx-completions/operators')).toContain('accumulateText');
      expect(await load('rx-completions/testing')).toContain('scriptedEndpoint');
      await expect(load('rx-completions')).rejects.toThrow('ERR_MODULE_NOT_FOUND');
    } finally {
      for (const name of ['undici', 'zod']) renameSync(join(consumer, name), join(consumer, 'node_modules', name));
    }
  });
});

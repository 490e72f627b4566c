import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../examples/freshPackage.ts';
import { exampleBlocks, fencedBlocks, type Block } from './blocks.ts';
import { checkBlocks } from './checkBlocks.ts';

const readme = fencedBlocks('README.md', await readFile(join(root, 'README.md'), 'utf8'));

const paths = (await Promise.all(['src', 'operators'].map(async (folder) =>
  (await readdir(join(root, folder), { recursive: true })).filter((path) => path.endsWith('.ts')).map((path) => `${folder}/${path}`),
))).flat();
const documented = (
  await Promise.all(paths.map(async (path) => exampleBlocks(path, await readFile(join(root, path), 'utf8'))))
).flat();

describe('the compiler', () => {
  it('accepts every example of the README and of the TSDoc', () => {
    expect(readme.length).toBeGreaterThan(2);
    expect(documented.length).toBeGreaterThan(10);
    expect(checkBlocks([...readme, ...documented])).toEqual([]);
  }, 60_000);

  it('refuses an example that is wrong, in the place where it stands', () => {
    const wrong: Block = { at: 'here:1', code: `import { stripThink } from 'rx-completions/operators';\nstripThink({ tag: [] });` };
    expect(checkBlocks([wrong])).toEqual([expect.stringContaining('here:1: Object literal may only specify known properties')]);
  }, 60_000);
});

describe('an example', () => {
  it('shows its imports, in at most 12 lines', () => {
    const flawed = documented.filter(({ code }) => code.trim().split('\n').length > 12 || !code.includes('import '));
    expect(flawed.map(({ at }) => at)).toEqual([]);
  });

  it('is found with and without a fence', () => {
    const text = '/**\n * Words.\n *\n * @example\n * ```ts\n * one();\n * ```\n * @see two\n */\nx;\n/** @example\n * no */\n/**\n * @example\n * three();\n */';
    expect(exampleBlocks('a.ts', text).map(({ at, code }) => [at, code.trim()])).toEqual([
      ['a.ts:4', 'one();'],
      ['a.ts:14', 'three();'],
    ]);
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { run } from './run.ts';

const report = inject('report');
const project = inject('project');
const tarball = inject('tarball');
const consumer = inject('consumer');

const sourcesOf = (folder: string): string[] =>
  readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`);

describe('the tarball', () => {
  it('holds the sources, what is built of them, four papers, and nothing else', () => {
    const sources = [...sourcesOf('src'), ...sourcesOf('operators')];
    const built = sources.flatMap((path) => ['.js', '.d.ts', '.js.map'].map((end) => `dist/${path.replace(/\.ts$/, end)}`));
    const papers = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];
    expect(report.files.map(({ path }) => path).sort()).toEqual([...sources, ...built, ...papers].sort());
  });

  it('is small: at most 3 MB unpacked, sources and maps included, and 700 kB to download', () => {
    expect(report.unpackedSize).toBeLessThan(3_000_000);
    expect(report.size).toBeLessThan(700_000);
  });

  it('brings undici and zod, and takes rxjs from its user', () => {
    const installed = readdirSync(join(consumer, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed.sort()).toEqual(['other-rxjs', 'rx-completions', 'rxjs', 'tslib', 'undici', 'zod']);
    expect(existsSync(join(consumer, 'node_modules/rx-completions/node_modules'))).toBe(false);
  });

  it('has maps that lead to the sources it holds', () => {
    const map = 'node_modules/rx-completions/dist/src/index.js.map';
    const { sources } = JSON.parse(readFileSync(join(consumer, map), 'utf8')) as { readonly sources: readonly string[] };
    expect(sources).toEqual(['../../src/index.ts']);
  });

  it('is clean to publint', async () => {
    expect(await run('npx', ['-y', 'publint@0.3.25', 'run', tarball, '--strict'], consumer)).toMatch(/All good/);
  });

  it('has types that attw finds right for ES modules', async () => {
    const said = await run('npx', ['-y', '@arethetypeswrong/cli@0.18.5', '--profile', 'esm-only', tarball], consumer);
    // Three doors and the package.json; what only ignored ways of resolving meet is not counted.
    expect(said.match(/^node16 \(from ESM\): 🟢/gm)).toHaveLength(4);
    expect(said.match(/^bundler: 🟢/gm)).toHaveLength(4);
  });
});

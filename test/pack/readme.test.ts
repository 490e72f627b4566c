import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, inject, it } from 'vitest';
import { root } from './packedProject.ts';
import { run } from './run.ts';

const consumer = inject('consumer');
const path = join(root, 'README.md');

describe.runIf(existsSync(path))('the first example of the README', () => {
  it('runs as pasted, in a project that has installed the package', async () => {
    const [, example] = /^```ts\n([^]*?)^```$/m.exec(readFileSync(path, 'utf8')) ?? [];
    if (example === undefined) throw new Error('the README has no example');
    const { outputText } = ts.transpileModule(example, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
    writeFileSync(join(consumer, 'readme.mjs'), outputText);
    expect(await run(process.execPath, ['readme.mjs'], consumer)).toContain('Hello, stream!');
  });
});

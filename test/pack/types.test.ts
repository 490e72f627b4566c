import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { root } from './packedProject.ts';
import { run } from './run.ts';

const consumer = inject('consumer');

/** Compiles a program as strictly as TypeScript can, the package's own declarations included. */
const compile = async (name: string, program: string): Promise<string> => {
  const folder = join(consumer, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'program.ts'), program);
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['program.ts'] }));
  return run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], consumer);
};

describe('the types of the installed package', () => {
  it('serve a strict program of calls and operators', async () => {
    const program = readFileSync(fileURLToPath(new URL('consumer/program.ts', import.meta.url)), 'utf8');
    expect(await compile('calls', program)).toBe('');
    await expect(compile('wrong', program.replace("id: 'qwen3'", 'id: 3'))).rejects.toThrow(/TS2322.*number.*string/);
  });

  it('serve a program that tests its pipeline, where there is no fast-check', async () => {
    expect(await compile('testing', TESTING)).toBe('');
  });

  it('serve a program that tests its pipeline with fast-check', async () => {
    const modules = join(consumer, 'laws/node_modules');
    mkdirSync(modules, { recursive: true });
    for (const name of ['fast-check', 'pure-rand']) cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true });
    // A copy, since declarations are looked for from where the package really lies.
    cpSync(join(consumer, 'node_modules/rx-completions'), join(modules, 'rx-completions'), { recursive: true });
    expect(await compile('laws', `${TESTING}${LAWS}`)).toBe('');
  });
});

const TESTING = `import { operatorContract, scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { stripThink } from 'rx-completions/operators';
export const server = scriptedEndpoint(scriptOfAnswer('Hello'));
export const laws = operatorContract(() => stripThink());
`;

const LAWS = `import fc from 'fast-check';
import { arbitraries } from 'rx-completions/testing';
fc.assert(fc.property(arbitraries(fc).answers(), ({ expected }) => expected !== undefined));
`;

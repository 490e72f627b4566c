import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import * as operators from 'rx-completions/operators';
import { rolldown } from 'rolldown';
import { describe, expect, inject, it } from 'vitest';

const consumer = inject('consumer');
const EXTERNAL = ['rxjs', 'undici', 'zod', 'fast-check'];

interface Bundle {
  readonly gzipBytes: number;
  /** The packages it needs. */
  readonly needs: readonly string[];
}

/** What a bundler leaves of the installed package when a page imports only these names of a door. */
const bundle = async (door: string, ...names: readonly string[]): Promise<Bundle> => {
  const entry = join(consumer, 'entry.mjs');
  const build = await rolldown({
    input: entry,
    external: [...EXTERNAL, /^node:/],
    plugins: [{ name: 'entry', load: (id) => (id === entry ? `export { ${names.join(', ')} } from '${door}';` : null), resolveId: (id) => (id === entry ? id : null) }],
  });
  const { output } = await build.generate({ format: 'esm', minify: true });
  await build.close();
  const [{ code, imports }] = output;
  return { gzipBytes: gzipSync(code).length, needs: EXTERNAL.filter((name) => imports.includes(name)) };
};

describe('what a page pays for', () => {
  it('is 30.5 kB at most for a call, beside rxjs, undici and zod', async () => {
    const { gzipBytes, needs } = await bundle('rx-completions', 'openAICompatModel', 'streamOpenAICompletions');
    console.log(`a call: ${gzipBytes} bytes`);
    expect(gzipBytes).toBeLessThan(30_500);
    expect(needs).toEqual(['rxjs', 'undici', 'zod']);
  });

  it('is a tenth of that for the text, and less than half for any operator', async () => {
    expect((await bundle('rx-completions/operators', 'accumulateText')).gzipBytes).toBeLessThan(3000);
    for (const name of Object.keys(operators)) {
      const { gzipBytes } = await bundle('rx-completions/operators', name);
      console.log(`${name}: ${gzipBytes} bytes`);
      expect(gzipBytes, name).toBeLessThan(12_000);
    }
  });

  it('is no network and no schema library for an operator that needs none', async () => {
    for (const name of Object.keys(operators)) {
      const { needs } = await bundle('rx-completions/operators', name);
      expect(needs, name).not.toContain('undici');
      if (!/Answer/.test(name)) expect(needs, name).not.toContain('zod');
    }
  });
});

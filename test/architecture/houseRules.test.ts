import { describe, expect, it } from 'vitest';
import * as rules from './houseRules.ts';
import { modulesUnder, sources } from './project.ts';
import { readModule, type SourceModule } from './SourceModule.ts';

const file = (path: string, ...lines: string[]): SourceModule => readModule(path, lines.join('\n'));

const tests = modulesUnder('test');

describe('files', () => {
  it('have at most 200 lines, and half of them at most 50', () => {
    expect(rules.areShort(sources)).toEqual([]);
    const long = file('src/sse/a.ts', ...Array<string>(201).fill('//'));
    expect(rules.areShort([long])).toEqual(['src/sse/a.ts: 201 lines', 'the median file has 201 lines']);
    expect(rules.areShort([file('src/sse/a.ts', ...Array<string>(200).fill('//')), file('a.ts'), file('b.ts')])).toEqual([]);
  });

  it('are spelled like their main export', () => {
    expect(rules.areNamedLikeTheirExport(sources)).toEqual([]);
    const misnamed = file('src/sse/sseDecoder.ts', 'export const decodeSse = () => 1;', 'export interface SseDecoder {}');
    expect(rules.areNamedLikeTheirExport([misnamed])).toEqual(['src/sse/sseDecoder.ts: exports decodeSse, SseDecoder']);
    expect(rules.areNamedLikeTheirExport([file('src/sse/a.ts', 'const a = 1;')])).toEqual(['src/sse/a.ts: exports nothing']);
    expect(sources.map(({ path }) => path)).toEqual(expect.arrayContaining([...rules.FAMILIES]));
  });

  it('among the examples know the package by its name', () => {
    expect(rules.importByName(modulesUnder('examples'))).toEqual([]);
    const near = file('examples/a.ts', `import { b } from './b.ts';`, `import { lift } from '../operators/lift.ts';`);
    expect(rules.importByName([near])).toEqual(['examples/a.ts:2: imports operators/lift.ts']);
  });
});

describe('exports', () => {
  it('are listed, never "everything"', () => {
    expect(rules.haveNoStarExport(sources)).toEqual([]);
    expect(rules.haveNoStarExport([file('src/index.ts', '', `export * from './a.ts';`)])).toEqual(['src/index.ts:2: export *']);
  });

  it('have names, and no file a default one', () => {
    expect(rules.haveNoDefaultExport(sources)).toEqual([]);
    for (const text of ['export default 1;', 'export default function a() {}', 'const a = 1; export { a as default };']) {
      expect(rules.haveNoDefaultExport([file('src/a.ts', text)])).toEqual(['src/a.ts: default export']);
    }
  });

  it('are passed on by doors only', () => {
    expect(rules.areNoBarrels(sources)).toEqual([]);
    const barrel = file('src/sse/index.ts', `export { decodeSse } from './decodeSse.ts';`, `export type { A } from './a.ts';`);
    expect(rules.areNoBarrels([barrel])).toEqual(['src/sse/index.ts: passes decodeSse on', 'src/sse/index.ts: passes A on']);
  });
});

describe('code', () => {
  it('builds Observables by hand in the transport and in the one lift', () => {
    expect(rules.buildNoObservables(sources)).toEqual([]);
    const built = file('operators/a.ts', 'const a = 1;', 'new Observable<A>(() => a);', 'new Subscriber();');
    expect(rules.buildNoObservables([built])).toEqual([
      'operators/a.ts:2: new Observable<A>(() => a)',
      'operators/a.ts:3: new Subscriber()',
    ]);
  });

  it("keeps the wire's names at home", () => {
    expect(rules.keepWireNamesAtHome(sources)).toEqual([]);
    const leaks = [
      'choice.finish_reason;',
      `delta['tool_calls'];`,
      'const { reasoning_content: text } = delta;',
      'const { reasoning_details } = delta;',
      'const body = { max_tokens: 1 };',
      'interface Report { readonly prompt_tokens: number }',
    ];
    for (const leak of leaks) expect(rules.keepWireNamesAtHome([file('src/events/a.ts', leak)])).toHaveLength(1);
    expect(rules.keepWireNamesAtHome([file('src/events/a.ts', `emit({ type: 'text_delta', MAX_LINES, delta });`)])).toEqual([]);
    expect(rules.keepWireNamesAtHome([file('src/wire/a.ts', ...leaks)])).toEqual([]);
  });

  it('reads the environment in one place', () => {
    expect(rules.readNoEnvironment(sources)).toEqual([]);
    const read = file('src/transport/a.ts', '', `const proxy = process.env['HTTP_PROXY'];`);
    expect(rules.readNoEnvironment([read])).toEqual(['src/transport/a.ts:2: process.env']);
  });
});

describe('tests', () => {
  it('never sleep', () => {
    expect(tests.length).toBeGreaterThan(0);
    expect(rules.doNotSleep(tests)).toEqual([]);
    const sleepy = [
      'await new Promise((resolve) => setTimeout(resolve, 50));',
      'await new Promise<void>((done) => setTimeout(() => done(), 50));',
      'const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));',
      'function wait() { return new Promise((resolve) => { setTimeout(resolve, 50); }); }',
      `import { setTimeout as sleep } from 'node:timers/promises';`,
    ];
    for (const text of sleepy) expect(rules.doNotSleep([file('test/a.test.ts', text)])).toHaveLength(1);
    const guarded = 'await new Promise((resolve, reject) => { setTimeout(() => reject(late), 50); on(resolve); });';
    expect(rules.doNotSleep([file('test/a.test.ts', guarded)])).toEqual([]);
  });
});

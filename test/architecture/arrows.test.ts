import { describe, expect, it } from 'vitest';
import { brokenArrows, importCycles, loadedBy } from './arrows.ts';
import { sources } from './project.ts';
import { readModule, type SourceModule } from './SourceModule.ts';

const file = (path: string, ...lines: string[]): SourceModule => readModule(path, lines.join('\n'));

/** What is said of a file with this one import. */
const said = (path: string, imported: string): string[] => brokenArrows([file(path, imported)]);

describe('the picture', () => {
  it('shows every import', () => {
    expect(brokenArrows(sources)).toEqual([]);
  });

  it('has no way back: no import leads to where it began', () => {
    expect(importCycles(sources)).toEqual([]);
  });

  it('lets the operators be loaded without network, endpoint or schemas', () => {
    const parts = ['operators', 'rxjs', 'src/errors', 'src/emitFrom.ts', 'src/events', 'src/exceedsDepth.ts', 'src/stage.ts'];
    expect(loadedBy(sources, 'operators/index.ts').filter((part) => !parts.includes(part))).toEqual([]);
  });

  it('lets the testing door be loaded without network client, schemas and fast-check', () => {
    const parts = ['node', 'rxjs', 'src/errors', 'src/testing', 'src/testing/arbitraries'];
    expect(loadedBy(sources, 'src/testing/index.ts').filter((part) => !parts.includes(part))).toEqual([]);
  });
});

describe('an arrow that is not in the picture', () => {
  it.each([
    ['src/sse/new.ts', `import { readChunk } from '../wire/readChunk.ts';`, 'src/sse takes code of src/wire/readChunk.ts'],
    ['src/wire/new.ts', `import { decodeSse } from '../sse/decodeSse.ts';`, 'src/wire takes code of src/sse/decodeSse.ts'],
    ['src/wire/new.ts', `import type { Lines } from '../sse/LineSplitter.ts';`, 'src/wire takes a type of src/sse/LineSplitter.ts'],
    ['src/events/new.ts', `import type { SseRecord } from '../sse/SseRecord.ts';`, 'src/events takes a type of src/sse/SseRecord.ts'],
    ['src/events/new.ts', `import { fromChunk } from '../wire/Chunk.ts';`, 'src/events takes code of src/wire/Chunk.ts'],
    ['src/transport/new.ts', `import { buildRequest } from '../request/buildRequest.ts';`, 'src/transport takes code of src/request/buildRequest.ts'],
    ['src/request/new.ts', `import { openRouterModel } from '../model/openRouterModel.ts';`, 'src/request takes code of src/model/openRouterModel.ts'],
    ['src/errors/new.ts', `import type { Stage } from '../stage.ts';`, 'src/errors takes a type of src/stage.ts'],
    ['src/new.ts', `import { lift } from '../operators/lift.ts';`, 'src takes code of operators/lift.ts'],
    ['src/new.ts', `export { script } from './testing/endpoint/Script.ts';`, 'src takes code of src/testing/endpoint/Script.ts'],
    ['src/new.ts', `import { Agent } from 'undici';`, 'src takes code of undici'],
    ['src/testing/contract/new.ts', `import type { EventOperator } from '../../../operators/EventOperator.ts';`, 'src/testing takes a type of operators/EventOperator.ts'],
    ['src/testing/contract/new.ts', `import type fc from 'fast-check';`, 'src/testing takes a type of fast-check'],
    ['src/testing/arbitraries/new.ts', `import fc from 'fast-check';`, 'src/testing/arbitraries takes code of fast-check'],
    ['operators/new.ts', `import { streamResponse } from '../src/transport/streamResponse.ts';`, 'operators takes code of src/transport/streamResponse.ts'],
    ['operators/new.ts', `import type { Chunk } from '../src/wire/Chunk.ts';`, 'operators takes a type of src/wire/Chunk.ts'],
    ['operators/new.ts', `import type { Tool } from '../src/request/Tool.ts';`, 'operators takes a type of src/request/Tool.ts'],
    ['operators/new.ts', `import { Agent } from 'undici';`, 'operators takes code of undici'],
    ['operators/tools/new.ts', `import type { z } from 'zod';`, 'operators takes a type of zod'],
    ['operators/new.ts', `import { CompletionError } from '../src/index.ts';`, 'operators takes code of src/index.ts'],
    ['src/wire/new.ts', `import { z } from 'zod';`, 'src/wire takes code of zod'],
    ['src/request/new.ts', `import { Agent } from 'undici';`, 'src/request takes code of undici'],
    ['src/sse/new.ts', `import { Observable } from 'rxjs';`, 'src/sse takes code of rxjs'],
    ['src/events/new.ts', `import { readFileSync } from 'node:fs';`, 'src/events takes code of node:fs'],
  ])('is seen in %s: %s', (path, imported, broken) => {
    expect(said(path, imported)).toEqual([`${path}:1: ${broken}`]);
  });

  it('is one too when only its names are marked as types, since the module is loaded all the same', () => {
    expect(said('src/wire/new.ts', `import { type SseRecord } from '../sse/SseRecord.ts';`)).toHaveLength(1);
    expect(said('src/wire/new.ts', `import type { SseRecord } from '../sse/SseRecord.ts';`)).toEqual([]);
  });

  it('is one wherever in the file it stands, and in a folder nobody has planned', () => {
    expect(brokenArrows([file('src/sse/new.ts', '', `export { z } from 'zod';`)])).toEqual(['src/sse/new.ts:2: src/sse takes code of zod']);
    expect(brokenArrows([file('src/helpers/new.ts', '')])).toEqual(['src/helpers/new.ts: is in no known part of the project']);
  });

  it('is a way back when two files load each other', () => {
    const files = [
      file('src/sse/a.ts', `import { b } from './b.ts';`),
      file('src/sse/b.ts', `import { a } from './a.ts';`),
      file('src/sse/c.ts', `import type { b } from './b.ts';`),
    ];
    expect(importCycles(files)).toEqual(['src/sse/a.ts -> src/sse/b.ts -> src/sse/a.ts']);
  });

  it('is followed through every file that is loaded, and not through types', () => {
    const files = [
      file('operators/index.ts', `export { a } from './a.ts';`),
      file('operators/a.ts', `import { b } from '../src/events/b.ts';`, `import type { z } from 'zod';`),
      file('src/events/b.ts', `import { Agent } from 'undici';`),
    ];
    expect(loadedBy(files, 'operators/index.ts')).toEqual(['operators', 'src/events', 'undici']);
  });
});

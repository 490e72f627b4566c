import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accumulateText, fallbackEndpoints } from 'rx-completions/operators';
import * as operators from 'rx-completions/operators';
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { chunk, script, scriptedEndpoint, scriptOfAnswer, type Script } from 'rx-completions/testing';
import { filter, map, retry, type Observable } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/request/Limits.ts';
import { DEFAULT_TIMEOUTS } from '../../src/request/Timeouts.ts';
import type { CompletionErrorCode, StreamEvent } from 'rx-completions';
import { freshPackage, root, type FreshPackage } from '../examples/freshPackage.ts';
import { fencedBlocks } from './blocks.ts';

const readme = await readFile(join(root, 'README.md'), 'utf8');
const blocks = fencedBlocks('README.md', readme);

/** The rows of every table, cell by cell. */
const rows = readme
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));

/** The names in a cell's code, without what follows them. */
const namesIn = (cell = ''): string[] => [...cell.matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name ?? '');

/** The lines below a heading. */
const section = (heading: string): string => readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

const firstCells = (heading: string): string[] => {
  const text = section(heading);
  return rows.filter(([cell = '']) => text.includes(`| ${cell} |`)).flatMap(([cell]) => namesIn(cell));
};

describe('the README', () => {
  it('is short enough to be read', () => {
    expect(readme.split('\n').length).toBeLessThan(360);
  });

  it('links to files that exist', () => {
    const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target ?? '');
    const local = targets.filter((target) => !/^(https?:|#)/.test(target));
    expect(local.length).toBeGreaterThan(5);
    expect(local.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });

  it('names every event, and no other', () => {
    const types: Record<StreamEvent['type'], true> = {
      start: true, response: true, text_delta: true, reasoning_delta: true, refusal_delta: true, tool_call_delta: true,
      annotation: true, image: true, audio_delta: true, logprobs: true, usage_report: true, finish: true, warning: true,
      heartbeat: true, raw: true, retry: true, fallback: true, done: true,
    };
    expect(firstCells('Events').sort()).toEqual(Object.keys(types).sort());
  });

  it('names every operator, and nothing that is not exported', () => {
    const named = firstCells('Operators');
    expect(named.filter((name) => !(name in operators))).toEqual([]);
    expect(Object.keys(operators).filter((name) => !section('Operators').includes(`\`${name}`))).toEqual([]);
  });

  it('says what to do about every error', () => {
    const codes: Record<CompletionErrorCode, true> = {
      config: true, auth: true, quota: true, rate_limit: true, http_status: true, provider_error: true, context_length: true,
      content_filter: true, connect: true, tls: true, timeout: true, connection_lost: true, truncated: true,
      empty_response: true, unexpected_content: true, redirect: true, bad_frame: true, limit: true, tool_input: true,
      answer_schema: true, budget: true, endpoints_exhausted: true, aborted: true,
    };
    expect(firstCells('Errors').sort()).toEqual(Object.keys(codes).sort());
  });

  it('tells the defaults that hold', () => {
    const told = Object.fromEntries(
      rows
        .flatMap((cells) => [cells.slice(0, 3), cells.slice(3)])
        .flatMap(([name = '', value = '']) => (/^`max|Ms`$/.test(name) ? namesIn(name).map((each) => [each, amount(value)]) : [])),
    ) as unknown;
    expect(told).toEqual({ ...DEFAULT_TIMEOUTS, ...DEFAULT_LIMITS });
  });

  it('shows the marbles of the operators themselves', async () => {
    for (const name of ['accumulateText', 'stripThink', 'assembleToolCalls', 'normalizeUsage', 'fallbackEndpoints']) {
      const source = await readFile(join(root, 'operators', `${name}.ts`), 'utf8');
      const drawn = [...source.matchAll(/^ \* {5}((?:in|out|source|alternate): .*)$/gm)].map(([, line]) => line ?? '');
      const shown = section('Operators').split(name.padEnd(19))[1]?.split('\n').slice(0, drawn.length) ?? [];
      expect(shown.map((line) => line.trim())).toEqual(drawn);
    }
  });
});

const UNITS: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000, KiB: 1024, MiB: 1024 ** 2 };

const amount = (cell: string): number => {
  const [count, unit] = cell.split(' ');
  return Number(count) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN));
};

describe('the code of the README', () => {
  let built: FreshPackage;
  beforeAll(async () => {
    built = await freshPackage();
  }, 60_000);
  afterAll(() => built[Symbol.asyncDispose]());

  it('greets a stranger: the first example runs as pasted, in plain JavaScript', async () => {
    await built.add('first.mjs', blocks[0]?.code ?? '');
    expect(await built.run('first.mjs')).toEqual({ code: 0, output: 'Hello, stream!', errors: '' });
  });

  it.each(blocks)('runs: $at', async ({ code }) => {
    await using endpoint = await scriptedEndpoint(scriptOfAnswer('Hello there'));
    await built.add('block.ts', code.replaceAll('http://localhost:8000/v1', endpoint.baseUrl));
    const { code: exitCode, errors, output } = await built.run('block.js');
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    // A call that nobody subscribes to asks nothing.
    expect(endpoint.requests).toHaveLength(/\.subscribe\(|lastValueFrom\(/.test(code) ? 1 : 0);
    expect(output.includes('Hello there')).toBe(code.includes('.subscribe('));
  });
});

describe('the warning of the README', () => {
  const written = async (recover: (events: Observable<StreamEvent>) => Observable<{ readonly type: string }>): Promise<string> => {
    const broken: Script = script().data(chunk({ text: 'Once upon' })).reset();
    await using endpoint = await scriptedEndpoint([broken, scriptOfAnswer('Once upon a time', { pieceLength: 16 })]);
    const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl: endpoint.baseUrl });
    const events = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Tell me' }] });
    let text = '';
    await recover(events)
      .pipe(
        filter((event): event is StreamEvent & { type: 'text_delta' } => event.type === 'text_delta'),
        map(({ delta }) => delta),
      )
      .forEach((delta) => (text += delta))
      .catch(() => (text += '#'));
    return text;
  };

  it('is true: a naive retry repeats words', async () => {
    expect(await written((events) => events.pipe(retry(1)))).toBe('Once uponOnce upon a time');
  });

  it('is true: fallbackEndpoints tries again only while nothing has been shown', async () => {
    expect(await written((events) => events.pipe(fallbackEndpoints([events])))).toBe('Once upon#');
  });

  it('is true: behind a retry, accumulateText does not repeat', async () => {
    await using endpoint = await scriptedEndpoint([
      script().data(chunk({ text: 'Once upon' })).reset(),
      scriptOfAnswer('Once upon a time', { pieceLength: 16 }),
    ]);
    const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl: endpoint.baseUrl });
    const texts: string[] = [];
    await streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Tell me' }] })
      .pipe(retry(1), accumulateText())
      .forEach((text) => texts.push(text));
    expect(texts.at(-1)).toBe('Once upon a time');
  });
});

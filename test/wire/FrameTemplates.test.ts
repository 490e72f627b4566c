import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { CompletionError } from 'rx-completions';
import { decodeSse } from '../../src/sse/decodeSse.ts';
import { compose } from '../../src/stage.ts';
import type { WireItem } from '../../src/wire/Chunk.ts';
import { readChunks } from '../../src/wire/readChunks.ts';

const read = (body: Buffer, learnFrames: boolean): readonly unknown[] => {
  const items: unknown[] = [];
  const config = { maxJsonDepth: 256, maxChoices: 128, onBadFrame: 'error', failure: {}, learnFrames } as const;
  // What is compared is what later stations see: the parsed object itself is not there when nothing was parsed, and a chunk
  // is lent until the next one is read.
  const keep = (item: WireItem): number => items.push(item.kind === 'chunk' ? structuredClone({ ...item, raw: undefined }) : item);
  try {
    const stage = compose(decodeSse(), readChunks(config))(keep);
    stage.push(body);
    stage.flush();
  } catch (error) {
    if (!(error instanceof CompletionError)) throw error;
    items.push(error.code);
  }
  return items;
};

const expectSame = (body: Buffer): void => {
  expect(read(body, true)).toEqual(read(body, false));
};

const chunk = (delta: object, more: object = {}, choice: object = {}): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...choice }],
  ...more,
});

const framesOf = (chunks: readonly object[]): Buffer => Buffer.from(chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''));

const piece = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('a', '"', '\\', '\\"', '\u2028', '\ud83d', '😀', 'm', 'chatcmpl-1', 'a piece that is not there', '\n', '}{', '[DONE]'),
);

const delta = fc.oneof(
  { weight: 4, arbitrary: piece.map((content) => ({ content })) },
  piece.map((reasoning_content) => ({ reasoning_content })),
  fc.tuple(piece, piece).map(([content, reasoning]) => ({ content, reasoning })),
  fc.tuple(fc.nat(2), piece).map(([index, args]) => ({ tool_calls: [{ index, function: { arguments: args } }] })),
);

const padding = fc.oneof(fc.stringMatching(/^\w{1,16}$/), piece);
const more = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.constantFrom({ created: 2 }, { usage: { total_tokens: 3 } }),
  { weight: 3, arbitrary: padding.map((obfuscation) => ({ obfuscation })) },
  padding.map((p) => ({ p, after: 'p' })),
);

const stream = fc.array(fc.tuple(delta, more), { maxLength: 12 });

describe('frames read by their template', () => {
  it('stability: any stream gives the same chunks as one that is parsed frame by frame', () => {
    fc.assert(
      fc.property(stream, (chunks) => {
        expectSame(framesOf(chunks.map(([fields, more]) => chunk(fields, more))));
      }),
      { numRuns: 1000 },
    );
  });

  it('stability: so does one with any of its bytes changed, left out or doubled', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('change', 'leave out', 'double'));
    fc.assert(
      fc.property(stream, fc.array(change, { minLength: 1, maxLength: 4 }), (chunks, changes) => {
        let body = framesOf(chunks.map(([fields, more]) => chunk(fields, more)));
        for (const [place, byte, how] of changes) {
          const at = body.length === 0 ? 0 : place % body.length;
          const middle = how === 'leave out' ? [] : how === 'double' ? [...body.subarray(at, at + 1), byte] : [byte];
          body = Buffer.concat([body.subarray(0, at), Buffer.from(middle), body.subarray(at + 1)]);
        }
        expectSame(body);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a backslash that swallows the closing quote', 'data: {"choices":[{"delta":{"content":"a\\"}}]}\n\n'],
    ['a second field in the place of the piece', 'data: {"choices":[{"delta":{"content":"a","refusal":"b"}}]}\n\n'],
    ['a raw line feed within the piece', 'data: {"choices":[{"delta":{"content":"a\tb"}}]}\n\n'],
    ['an unfinished escape', 'data: {"choices":[{"delta":{"content":"a\\u12"}}]}\n\n'],
    ['a padding that closes the string', 'data: {"choices":[{"delta":{"content":"a"}}],"p":"b","p":"c"}\n\n'],
    ['an escaped quote where the padding begins', 'data: {"choices":[{"delta":{"content":"a\\"}}],\\"p\\":\\""}}],"p":"c"}\n\n'],
    ['an error in the place of the padding', 'data: {"choices":[{"delta":{"content":"a"}}],"p":"","error":"b"}\n\n'],
    ['an empty piece', 'data: {"choices":[{"delta":{"content":""}}]}\n\n'],
  ])('is not taken in by %s', (_what, frame) => {
    expectSame(Buffer.from(`data: {"choices":[{"delta":{"content":"x"}}]}\n\n${frame}`));
    expectSame(Buffer.from(`data: {"choices":[{"delta":{"content":"x"}}],"p":"abc"}\n\n${frame}`));
  });

  it('tells the piece from a name that reads the same', () => {
    expectSame(framesOf([chunk({ content: 'm' }), chunk({ content: 'm' }, { model: 'other' })]));
    const probe = 'a piece that is not there';
    expectSame(framesOf([chunk({ content: probe }, { model: probe }), chunk({ content: probe }, { model: 'other' })]));
  });

  it('reads a stream of ordinary chunks with hardly any parsing', () => {
    const body = framesOf(Array.from({ length: 1000 }, (_, at) => chunk({ content: `w${at}` })));
    const parse = vi.spyOn(JSON, 'parse');
    read(body, true);
    expect(parse.mock.calls.length).toBeLessThan(10);
    parse.mockRestore();
  });

  it.each([[{ at: 1 }], [{}]])('reads frames padded to any length with hardly any parsing: %j', (after) => {
    const padded = (at: number): object => chunk({ content: `w${at}` }, { obfuscation: 'x'.repeat(at % 16), ...after });
    const parse = vi.spyOn(JSON, 'parse');
    read(framesOf(Array.from({ length: 1000 }, (_, at) => padded(at))), true);
    expect(parse.mock.calls.length).toBeLessThan(10);
    parse.mockRestore();
  });

  it('stops trying to learn frames that never repeat', () => {
    const body = framesOf(Array.from({ length: 1000 }, (_, at) => chunk({ content: 'w' }, { created: at + 1 })));
    const parse = vi.spyOn(JSON, 'parse');
    read(body, true);
    expect(parse.mock.calls.length).toBeLessThan(1020);
    parse.mockRestore();
  });

  it('learns each of several interleaved tool calls', () => {
    const calls = Array.from({ length: 800 }, (_, at) => chunk({ tool_calls: [{ index: at % 8, function: { arguments: `${at}` } }] }));
    const parse = vi.spyOn(JSON, 'parse');
    expectSame(framesOf(calls));
    parse.mockClear();
    read(framesOf(calls), true);
    expect(parse.mock.calls.length).toBeLessThan(200);
    parse.mockRestore();
  });
});

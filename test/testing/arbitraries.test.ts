import fc from 'fast-check';
import { arbitraries, type ArbitraryAnswer } from 'rx-completions/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dataOf, figuresOf } from './figuresOf.ts';

const { answers, cuts, splits, texts, withNoise } = arbitraries(fc);
interface WireChoice {
  readonly index: number;
  readonly delta: { readonly tool_calls?: readonly { readonly index: number }[] };
}

const choicesOf = (chunks: ArbitraryAnswer['chunks']): readonly WireChoice[] =>
  chunks.flatMap(({ choices }) => choices as readonly WireChoice[]);

/** Whether one comes again after another came. */
const takesTurns = (indices: readonly number[]): boolean =>
  indices.some((each, position) => position > 0 && indices[position - 1] !== each && indices.indexOf(each) < position - 1);

const runs = { numRuns: 200 };

describe('arbitrary answers', () => {
  it('round trip: a plain reading of the bytes gives the expected figures', () => {
    fc.assert(
      fc.property(answers(), ({ bytes, expected }) => {
        expect(figuresOf(bytes)).toEqual(expected);
      }),
      runs,
    );
  });

  it('stand in their chunks as in their bytes', () => {
    fc.assert(
      fc.property(answers(), ({ bytes, chunks }) => {
        expect(dataOf(bytes)).toEqual([...chunks.map((each) => JSON.stringify(each)), '[DONE]']);
      }),
      runs,
    );
  });

  it('call tools with JSON objects, and with an id of their own', () => {
    fc.assert(
      fc.property(answers(), ({ expected: { toolCalls } }) => {
        for (const { args } of toolCalls) expect(JSON.parse(args)).toBeTypeOf('object');
        const ids = toolCalls.map(({ choice, id }) => `${choice} ${id}`);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      runs,
    );
  });

  it('say something in every choice', () => {
    fc.assert(
      fc.property(answers(), ({ expected: { text, toolCalls } }) =>
        text.every((said, choice) => said !== '' || toolCalls.some((call) => call.choice === choice)),
      ),
      runs,
    );
  });

  it('hold to the richness asked for', () => {
    fc.assert(
      fc.property(
        answers({ maxChoices: 1, maxToolCalls: 0 }),
        ({ expected }) => expected.text.length === 1 && expected.toolCalls.length === 0,
      ),
      runs,
    );
  });

  const oddities: Record<string, (answer: ArbitraryAnswer) => boolean> = {
    'several choices, taking turns': ({ chunks }) => takesTurns(choicesOf(chunks).map(({ index }) => index)),
    'several calls in one choice, taking turns': ({ chunks }) =>
      takesTurns(
        choicesOf(chunks)
          .filter(({ index }) => index === 0)
          .flatMap(({ delta }) => delta.tool_calls ?? [])
          .map(({ index }) => index),
      ),
    reasoning: ({ expected }) => expected.reasoning.some((said) => said !== ''),
    'think tags': ({ expected }) => expected.text.some((said) => said.includes('<think>')),
    'U+2028': ({ expected }) => expected.text.some((said) => said.includes('\u2028')),
    'a surrogate pair in halves': ({ chunks }) => /"content":"[^"]*\\ud83d"/.test(JSON.stringify(chunks)),
    'no usage': ({ expected }) => expected.usage === undefined,
    'usage in a chunk of its own': ({ chunks }) => JSON.stringify(chunks.at(-1)).includes('"choices":[]'),
    'usage in the last chunk of a choice': ({ chunks }) => /finish_reason":"[^}]*}\],"usage/.test(JSON.stringify(chunks.at(-1))),
  };
  const sample = fc.sample(answers(), { numRuns: 500, seed: 1 });

  it.each(Object.entries(oddities))('include %s', (_, has) => {
    expect(sample.filter(has).length).toBeGreaterThan(5);
  });
});

describe('arbitrary cuts', () => {
  const cutBytes = fc.uint8Array({ maxLength: 64 }).chain((bytes) => cuts(bytes).map((pieces) => ({ bytes, pieces })));

  it('conserve every byte in its order', () => {
    fc.assert(
      fc.property(cutBytes, ({ bytes, pieces }) => {
        expect(pieces.flatMap((piece) => [...piece])).toEqual([...bytes]);
      }),
      runs,
    );
  });

  it('include the whole, and every byte alone', () => {
    const lengths = fc.sample(cuts(new Uint8Array(40)), { numRuns: 300, seed: 1 }).map((pieces) => pieces.length);
    expect(lengths).toContain(1);
    expect(lengths).toContain(40);
  });
});

describe('arbitrary splits', () => {
  it('conserve every character in its order, and are never empty', () => {
    const splitTexts = texts().chain((text) => splits(text).map((pieces) => ({ text, pieces })));
    fc.assert(
      fc.property(splitTexts, ({ text, pieces }) => {
        expect(pieces.join('')).toBe(text);
        expect(pieces).not.toContain('');
      }),
      runs,
    );
  });

  it('part surrogate pairs', () => {
    const pieces = fc.sample(splits('🙂'), { numRuns: 50, seed: 1 }).map((all) => all.length);
    expect(pieces).toContain(2);
  });
});

describe('noise', () => {
  const noisy = answers().chain((answer) => withNoise(answer.bytes).map((bytes) => ({ ...answer, bytes })));

  it('changes no figure of an answer', () => {
    fc.assert(
      fc.property(noisy, ({ bytes, expected }) => {
        expect(figuresOf(bytes)).toEqual(expected);
      }),
      runs,
    );
  });

  it('has every line end, comments, unknown fields and a byte order mark', () => {
    const bodies = fc.sample(noisy, { numRuns: 50, seed: 1 }).map(({ bytes }) => Buffer.from(bytes).toString());
    const seen = (pattern: RegExp): boolean => bodies.some((body) => pattern.test(body));
    for (const pattern of [/\r\n/, /\r(?!\n)/, /[^\r]\n/, /^: keepalive/m, /^x-unknown/m, /^\ufeff/, /^data:\{/m]) {
      expect(seen(pattern), String(pattern)).toBe(true);
    }
  });
});

describe('the door', () => {
  afterEach(() => {
    vi.doUnmock('fast-check');
    vi.resetModules();
  });

  it('opens where fast-check is not installed', async () => {
    vi.resetModules();
    vi.doMock('fast-check', () => {
      throw new Error('not installed');
    });
    await expect(import('fast-check')).rejects.toThrow();
    const door = await import('rx-completions/testing');
    expect(door.frame('x')).toBe('data: x\n\n');
  });
});

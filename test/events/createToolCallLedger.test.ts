import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToolCallLedger, type ToolCallFragment } from '../../src/events/createToolCallLedger.ts';

interface Outcome {
  /** `id name args` of each call, in the order of arrival. */
  readonly calls: readonly string[];
  readonly warnings: readonly string[];
}

const correlate = (
  fragments: readonly ToolCallFragment[],
  { toolNames, maxToolCalls = 128, maxToolInputBytes = 1024 * 1024 }: Partial<Parameters<typeof createToolCallLedger>[0]> = {},
): Outcome => {
  const warnings: string[] = [];
  const ledger = createToolCallLedger({
    toolNames,
    maxToolCalls,
    maxToolInputBytes,
    warn: (code) => warnings.push(code),
  });
  for (const fragment of fragments) ledger.add(fragment);
  return { calls: ledger.drafts.map(({ id, name, args }) => `${id ?? '-'} ${name} ${args}`), warnings };
};

const callsOf = (fragments: readonly ToolCallFragment[], toolNames?: readonly string[]): readonly string[] =>
  correlate(fragments, { toolNames: toolNames && new Set(toolNames) }).calls;

describe('the tool call ledger: which call a fragment belongs to', () => {
  it('F6: keeps parallel calls apart by index when their fragments interleave', () => {
    expect(
      callsOf([
        { index: 0, id: 'c0', name: 'f0', delta: '' },
        { index: 1, id: 'c1', name: 'f1', delta: '' },
        { index: 0, delta: '{"a":' },
        { index: 1, delta: '{"b":' },
        { index: 0, delta: '1}' },
        { index: 1, delta: '2}' },
      ]),
    ).toEqual(['c0 f0 {"a":1}', 'c1 f1 {"b":2}']);
  });

  it.each([[0], [undefined]])('T-TC-01, F7, fault 85: a new id under index %s opens a new call', (index) => {
    expect(
      callsOf([
        { index, id: 'c0', name: 'f0', delta: '{}' },
        { index, id: 'c1', name: 'f1', delta: '{"a":1}' },
      ]),
    ).toEqual(['c0 f0 {}', 'c1 f1 {"a":1}']);
    expect(
      callsOf([
        { index, id: 'c0', name: 'f0', delta: '' },
        { index, id: 'c1', name: 'f1', delta: '' },
      ]),
    ).toEqual(['c0 f0 ', 'c1 f1 ']);
  });

  it('T-TC-01: a new id opens a call of the same tool, and without a name once the call before it is whole', () => {
    expect(
      callsOf([
        { index: 0, id: 'c0', name: 'f', delta: '{"a":1}' },
        { index: 0, id: 'c1', name: 'f', delta: '{"a":2}' },
        { index: 0, id: 'c2', delta: '{"a":3}' },
      ]),
    ).toEqual(['c0 f {"a":1}', 'c1 f {"a":2}', 'c2  {"a":3}']);
  });

  it('fault 88: keeps the first id when every fragment of an open call brings another', () => {
    expect(
      callsOf([
        { index: 0, id: 'r0', name: 'f', delta: '' },
        { index: 0, id: 'r1', delta: '{"a"' },
        { index: 0, id: 'r2', delta: ':1}' },
      ]),
    ).toEqual(['r0 f {"a":1}']);
  });

  it('fault 88: takes a name and an id that come late', () => {
    expect(
      callsOf([
        { index: 0, delta: '{"a"' },
        { index: 0, id: 'c0', delta: ':1' },
        { index: 0, name: 'f', delta: '}' },
      ]),
    ).toEqual(['c0 f {"a":1}']);
  });

  it('T-TC-02: without index and id a fragment continues the call before it', () => {
    expect(
      callsOf([
        { id: 'c0', name: 'f0', delta: '{"a":' },
        { delta: '1}' },
        { id: 'c1', name: 'f1', delta: '{"b":' },
        { delta: '2}' },
      ]),
    ).toEqual(['c0 f0 {"a":1}', 'c1 f1 {"b":2}']);
  });

  it('fault 83: an id goes before the order when indices are missing', () => {
    expect(
      callsOf([
        { id: 'c0', name: 'f0', delta: '{"a":' },
        { id: 'c1', name: 'f1', delta: '{"b":' },
        { id: 'c0', delta: '1}' },
        { id: 'c1', delta: '2}' },
      ]),
    ).toEqual(['c0 f0 {"a":1}', 'c1 f1 {"b":2}']);
  });

  it('T-TC-02: an index that first comes with a continuation belongs to the call that has none yet', () => {
    expect(
      callsOf([
        { id: 'c0', name: 'f', delta: '' },
        { index: 0, delta: '{}' },
      ]),
    ).toEqual(['c0 f {}']);
  });

  it('T-TC-03, T-TC-24, F8: an empty id and an empty name are none', () => {
    expect(
      callsOf([
        { index: 0, id: 'c0', name: 'f0', delta: '{"a":' },
        { index: 0, id: '', name: '', delta: '1}' },
        { id: 'c1', name: 'f1', delta: '{"b":2}' },
      ]),
    ).toEqual(['c0 f0 {"a":1}', 'c1 f1 {"b":2}']);
  });

  it('T-TC-04: appends two fragments of one index in the order sent', () => {
    expect(
      callsOf([
        { index: 0, id: 'c0', name: 'f', delta: '{"a":' },
        { index: 0, delta: '"x' },
        { index: 0, delta: 'y"}' },
      ]),
    ).toEqual(['c0 f {"a":"xy"}']);
  });

  it('continues a call whose id is repeated, also under another index', () => {
    expect(
      callsOf([
        { index: 0, id: 'c0', name: 'f', delta: '{"a":' },
        { index: 0, id: 'c0', delta: '1' },
        { index: 3, id: 'c0', name: 'f', delta: '}' },
      ]),
    ).toEqual(['c0 f {"a":1}']);
  });

  it('T-TC-10: one id under two indices with two names is two calls, also interleaved', () => {
    expect(
      callsOf([
        { index: 0, id: 'call_0', name: 'f0', delta: '{"a":' },
        { index: 1, id: 'call_0', name: 'f1', delta: '{"b":' },
        { index: 0, id: 'call_0', delta: '1}' },
        { index: 1, id: 'call_0', delta: '2}' },
      ]),
    ).toEqual(['call_0 f0 {"a":1}', 'call_0 f1 {"b":2}']);
  });

  it('F10: without id and index another name opens a call once arguments have come', () => {
    expect(
      callsOf([
        { name: 'f0', delta: '{"a":1}' },
        { name: 'f1', delta: '{"b":2}' },
      ]),
    ).toEqual(['- f0 {"a":1}', '- f1 {"b":2}']);
  });

  it('F10: two names that were both offered are two calls even before any arguments', () => {
    expect(
      callsOf(
        [
          { name: 'f0', delta: '' },
          { name: 'f1', delta: '' },
        ],
        ['f0', 'f1'],
      ),
    ).toEqual(['- f0 ', '- f1 ']);
  });

  it.each([[[1, 2]], [[0, 2]], [[1_000_000_000, 4_294_967_294]]])('T-TC-17, T-TC-22, fault 84: indices %j make no holes', ([a, b]) => {
    expect(
      callsOf([
        { index: a, name: 'f0', delta: '{' },
        { index: b, name: 'f1', delta: '{' },
        { index: a, delta: '}' },
        { index: b, delta: '}' },
      ]),
    ).toEqual(['- f0 {}', '- f1 {}']);
  });

  it.each([[-1], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY]])('T-TC-22, fault 86: takes index %d as none and says so once', (index) => {
    expect(
      correlate([
        { index, id: 'c0', name: 'f0', delta: '{' },
        { index, delta: '}' },
      ]),
    ).toEqual({ calls: ['c0 f0 {}'], warnings: ['tool_index'] });
  });
});

describe('the tool call ledger: names', () => {
  it('T-TC-05, fault 87: ignores a name that is repeated whole', () => {
    const fragment = { index: 0, id: 'c0', name: 'get_weather' };
    expect(callsOf([{ ...fragment, delta: '' }, { ...fragment, delta: '{' }, { ...fragment, delta: '}' }])).toEqual([
      'c0 get_weather {}',
    ]);
    expect(callsOf([{ ...fragment, delta: '' }, { ...fragment, delta: '' }])).toEqual(['c0 get_weather ']);
  });

  const pieces = (...names: string[]): ToolCallFragment[] => names.map((name) => ({ index: 0, name, delta: '' }));

  it.each([
    ['joins pieces that make an offered name', ['get_', 'wea', 'ther'], ['get_weather'], 'get_weather'],
    ['joins what goes on to a longer offered name', ['get', '_all'], ['get', 'get_all'], 'get_all'],
    ['replaces a name that no piece can complete', ['look', 'get'], ['get', 'look'], 'get'],
    ['joins pieces where no tools are known', ['get_', 'weather'], undefined, 'get_weather'],
    ['ignores the repeat after the pieces', ['get_', 'weather', 'get_weather'], undefined, 'get_weather'],
    ['takes a name that grows as a whole', ['get', 'get_weather'], undefined, 'get_weather'],
  ])('T-TC-06: %s', (_, names, tools, name) => {
    expect(callsOf(pieces(...names), tools)).toEqual([`- ${name} `]);
  });

  it('T-TC-06: replaces a name once arguments have come', () => {
    expect(callsOf([...pieces('get_'), { index: 0, delta: '{' }, ...pieces('weather')], ['get_weather'])).toEqual(['- weather {']);
  });
});

describe('the tool call ledger: two objects under one call', () => {
  it.each(['{"b":2}', ' \n\t{"b":2}'])('T-TC-07: opens a call with the same name for %j after a whole object, and says so', (second) => {
    expect(
      correlate([
        { index: 0, id: 'c0', name: 'f', delta: '{"a":' },
        { index: 0, delta: '1}' },
        { index: 0, delta: second },
      ]),
    ).toEqual({ calls: ['c0 f {"a":1}', `- f ${second}`], warnings: ['tool_call_split'] });
  });

  it('T-TC-07: continues the new call, by index and by order', () => {
    for (const index of [0, undefined])
      expect(
        callsOf([
          { index, name: 'f', delta: '{}' },
          { index, delta: '{"b"' },
          { index, delta: ':2}' },
        ]),
      ).toEqual(['- f {}', '- f {"b":2}']);
  });

  it.each([
    ['inside a string', ['{"a":"}', '{', '"}']],
    ['after an escaped quote', ['{"a":"\\"}', '{"}']],
    ['inside an object', ['{"a":{}', '{']],
    ['inside an array', ['[{}', '{']],
    ['after brackets that are no JSON', ['{a}', '{b}']],
  ])('T-TC-07: does not split %s', (_, deltas) => {
    expect(correlate(deltas.map((delta) => ({ index: 0, name: 'f', delta })))).toEqual({
      calls: [`- f ${deltas.join('')}`],
      warnings: [],
    });
  });

  it('T-TC-07: splits after a whole object that had looked like two before', () => {
    expect(callsOf(['{"a":"}', '{', '"}', '{"b":2}'].map((delta) => ({ index: 0, name: 'f', delta })))).toEqual([
      '- f {"a":"}{"}',
      '- f {"b":2}',
    ]);
    expect(callsOf(['{"a":"\\"}', '{"}', '{"b":2}'].map((delta) => ({ index: 0, name: 'f', delta })))).toEqual([
      '- f {"a":"\\"}{"}',
      '- f {"b":2}',
    ]);
  });

  it('T-TC-12: white space after a whole call belongs to it', () => {
    expect(
      callsOf([
        { index: 0, id: 'c0', name: 'f', delta: '{}' },
        { index: 0, delta: ' \n' },
        { delta: '\t' },
      ]),
    ).toEqual(['c0 f {} \n\t']);
  });
});

describe('the tool call ledger: what is kept and what is bounded', () => {
  it('T-TC-21: keeps the extra fields of all fragments', () => {
    const ledger = createToolCallLedger({ maxToolCalls: 1, maxToolInputBytes: 10 });
    const first = Object.freeze({ extra_content: { google: { thought_signature: 'abc' } } });
    ledger.add({ index: 0, name: 'f', delta: '', extra: first });
    expect(ledger.add({ index: 0, delta: '{}', extra: { note: 1 } }).extra).toEqual({ ...first, note: 1 });
  });

  it('T-TC-23, fault 73: foreign keys change no prototype', () => {
    const extra: unknown = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');
    const ledger = createToolCallLedger({ maxToolCalls: 1, maxToolInputBytes: 100 });
    const draft = ledger.add({ id: '__proto__', name: 'constructor', delta: '', extra: extra as Record<string, unknown> });
    expect(ledger.add({ id: '__proto__', delta: '{}' })).toBe(draft);
    expect(JSON.stringify(draft.extra)).toBe(JSON.stringify(extra));
    expect(Object.getPrototypeOf(draft.extra)).toBe(Object.prototype);
  });

  it('T-TC-22: one call more than maxToolCalls is a limit error that names it', () => {
    const fragments = [0, 1, 2].map((index) => ({ index, name: 'f', delta: '' }));
    expect(() => correlate(fragments, { maxToolCalls: 2 })).toThrow(
      expect.objectContaining({ code: 'limit', message: expect.stringContaining('maxToolCalls') as string }),
    );
  });

  it('fault 92: arguments or a name beyond maxToolInputBytes are a limit error that names it', () => {
    const parts = (part: 'name' | 'delta') => [0, 1].map((at) => ({ index: 0, delta: '', [part]: String(at).repeat(6) }));
    for (const part of ['name', 'delta'] as const)
      expect(() => correlate(parts(part), { maxToolInputBytes: 10 })).toThrow(
        expect.objectContaining({ code: 'limit', message: expect.stringContaining('maxToolInputBytes') as string }),
      );
    expect(() => correlate(parts('delta'), { maxToolInputBytes: 12 })).not.toThrow();
  });

  it('is linear: 8 MB in 16 KB fragments and 200,000 fragments of one character, looked into at the end', () => {
    const args = (fragment: string, times: number): number => {
      const ledger = createToolCallLedger({ maxToolCalls: 1, maxToolInputBytes: Number.POSITIVE_INFINITY });
      ledger.add({ index: 0, name: 'f', delta: '{"a":"}' });
      // The scanner is on from here, since this piece could have begun another object.
      ledger.add({ index: 0, delta: '{' });
      for (let at = 0; at < times; at += 1) ledger.add({ index: 0, delta: fragment });
      return ledger.drafts[0]!.args.length;
    };
    // Quadratic code would take hours for the first and minutes for the second; the test's own time limit is the bound.
    expect(args('}{'.repeat(8_192), 512)).toBe(8 + 512 * 16_384);
    expect(args('}', 200_000)).toBe(200_008);
  });
});

/** One call's text and how it is cut; a cut at an end makes an empty fragment, which is legal too. */
const argsText = fc.oneof(
  fc.json().map((json) => `{"v":${json}}`),
  fc.string(),
);
const cutText = (text: string, cuts: readonly number[]): string[] => {
  const at = [...cuts.map((cut) => Math.floor(cut * (text.length + 1))), text.length].sort((a, b) => a - b);
  return at.map((end, place) => text.slice(at[place - 1] ?? 0, end));
};
const cuts = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 6 });

/** Calls that arrive interleaved, each fragment carrying the keys that `keys` says. */
const schedule = (keys: 'id' | 'index' | 'both') =>
  fc
    .tuple(
      fc.array(fc.record({ text: argsText, cuts, again: cuts }), { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      fc.infiniteStream(fc.nat()),
    )
    .map(([calls, picks, otherPicks]) => {
      const weave = (fragmentsOf: (call: (typeof calls)[number]) => string[], pick: Iterator<number>): ToolCallFragment[] => {
        const opened = calls.map((_, at) => ({ id: `c${at}`, index: at, name: `f${at}`, delta: '' }));
        const waiting = calls.map((call, at) => fragmentsOf(call).map((delta) => ({ at, delta })));
        const woven: ToolCallFragment[] = [...opened];
        for (let left = waiting.filter((some) => some.length > 0); left.length > 0; left = left.filter((some) => some.length > 0)) {
          const { at, delta } = left[(pick.next().value as number) % left.length]!.shift()!;
          woven.push({ ...(keys !== 'index' && { id: `c${at}` }), ...(keys !== 'id' && { index: at }), delta });
        }
        return woven;
      };
      return {
        texts: calls.map(({ text }) => text),
        fragments: weave((call) => cutText(call.text, call.cuts), picks[Symbol.iterator]()),
        recut: weave((call) => cutText(call.text, call.again), otherPicks[Symbol.iterator]()),
      };
    })
    // Text that is no single object may hold two, which are two calls (T-TC-07).
    .filter(({ texts }) => texts.every((text) => text.startsWith('{"v":') || !text.includes('}')));

/** The obvious ledger: a list that is searched, for fragments that always carry an id or an index of their own. */
const naive = (fragments: readonly ToolCallFragment[]): string[] => {
  const calls: { id: string | undefined; index: number | undefined; name: string; args: string }[] = [];
  for (const { id, index, name, delta } of fragments) {
    let call = calls.find((one) => (id !== undefined ? one.id === id : one.index === index));
    if (call === undefined) calls.push((call = { id, index, name: name ?? '', args: '' }));
    call.args += delta;
  }
  return calls.map(({ id, name, args }) => `${id ?? '-'} ${name} ${args}`);
};

describe('the tool call ledger: laws', () => {
  it.each(['id', 'index', 'both'] as const)('cutting: fragments cut and interleaved otherwise give the same calls, keyed by %s', (keys) => {
    fc.assert(
      fc.property(schedule(keys), ({ fragments, recut }) => {
        expect(callsOf(recut)).toEqual(callsOf(fragments));
      }),
      { numRuns: 1000 },
    );
  });

  it('conservation: every character of the arguments comes out once, in its call and in order', () => {
    fc.assert(
      fc.property(schedule('both'), ({ texts, fragments }) => {
        expect(callsOf(fragments)).toEqual(texts.map((text, at) => `c${at} f${at} ${text}`));
      }),
      { numRuns: 1000 },
    );
  });

  it('conservation: whatever the keys, no character is lost or doubled', () => {
    const fragment = fc.record({
      index: fc.option(fc.constantFrom(0, 1, 2, -1, 1.5), { nil: undefined }),
      id: fc.option(fc.constantFrom('', 'c0', 'c1'), { nil: undefined }),
      name: fc.option(fc.constantFrom('', 'f0', 'f1'), { nil: undefined }),
      delta: fc.constantFrom('', '{', '}', '{}', '"', '\\', ' ', '{"a":1}', 'x'),
    });
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), (fragments) => {
        const ledger = createToolCallLedger({ maxToolCalls: 128, maxToolInputBytes: 1_000 });
        const perCall = new Map<unknown, string>();
        for (const one of fragments) {
          const draft = ledger.add(one);
          perCall.set(draft, (perCall.get(draft) ?? '') + one.delta);
        }
        expect(ledger.drafts.map(({ args }) => args)).toEqual([...perCall.values()]);
        expect(ledger.drafts.map(({ order }) => order)).toEqual(ledger.drafts.map((_, at) => at));
      }),
      { numRuns: 1000 },
    );
  });

  it('differential: gives what a search through a list gives, for fragments with a key of their own', () => {
    fc.assert(
      fc.property(fc.constantFrom('id', 'index', 'both').chain((keys) => schedule(keys as 'id')), ({ fragments }) => {
        expect(callsOf(fragments)).toEqual(naive(fragments));
      }),
      { numRuns: 1000 },
    );
  });

  it('differential: splits one text where a parser that asks after every piece would', () => {
    const piece = fc.constantFrom('{', '}', '{}', '"', '\\', ':', '1', '"a":1', '{"a":', '{"a":"}', ' ', '[', ']', 'x');
    const object = fc.dictionary(fc.constantFrom('a', '}'), fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', ' ') }), { maxKeys: 2 });
    const cutObjects = fc
      .tuple(fc.array(object, { maxLength: 4 }), fc.array(cuts, { minLength: 4, maxLength: 4 }))
      .map(([objects, cutsOf]) => objects.flatMap((one, at) => cutText(JSON.stringify(one), cutsOf[at]!)));
    fc.assert(
      fc.property(fc.oneof(fc.array(piece, { maxLength: 20 }), cutObjects), (deltas) => {
        const expected = [''];
        for (const delta of deltas) {
          const text = expected.at(-1)!;
          if (delta.trimStart().startsWith('{') && isObjectText(text)) expected.push(delta);
          else expected[expected.length - 1] = text + delta;
        }
        const calls = callsOf(deltas.map((delta) => ({ index: 0, name: 'f', delta })));
        expect(calls).toEqual(deltas.length === 0 ? [] : expected.map((text) => `- f ${text}`));
      }),
      { numRuns: 1000 },
    );
  });
});

const isObjectText = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

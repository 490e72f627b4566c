import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJsonReader } from '../../../operators/json/createJsonReader.ts';
import type { JsonPath } from '../../../operators/json/createJsonTree.ts';

/** What the reader shows after each of these pieces; `undefined` where it shows nothing new. */
const shownAfter = (...pieces: readonly string[]): unknown[] => {
  const reader = createJsonReader();
  return pieces.map((piece) => {
    reader.push(piece);
    return reader.isDue() ? reader.show() : undefined;
  });
};

/** A text as the reader takes it whole, or why it does not. */
const read = (pieces: readonly string[], maxDepth?: number): { value: unknown } | { failure: string } => {
  const reader = createJsonReader(maxDepth === undefined ? {} : { maxDepth });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return reader.isWhole() && reader.failure() === undefined ? { value: reader.show() } : { failure: reader.failure() ?? 'cut' };
};

const parsed = (text: string): { value: unknown } | { failure: string } => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { failure: 'syntax' };
  }
};

const cut = (text: string, at: readonly number[]): string[] => {
  const places = [...new Set(at.map((place) => place % (text.length + 1)))].sort((one, other) => one - other);
  return [0, ...places].map((from, index) => text.slice(from, places[index]));
};

/** JSON texts of all kinds: escapes, halves of surrogates, odd keys, blanks. */
const texts: fc.Arbitrary<string> = fc
  .tuple(
    fc.jsonValue({ stringUnit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom('"', '\\', '\ud83d', '\ude00', '\n', '__proto__')) }),
    fc.constantFrom(undefined, 1, '\t'),
    fc.boolean(),
  )
  .map(([value, space, escaped]) => {
    const text = JSON.stringify(value, undefined, space);
    return escaped ? text.replace(/[^\t\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : text;
  });

const cuts = fc.array(fc.nat(), { maxLength: 12 });

/** Whether `later` says all that `earlier` said: strings, lists and objects may have grown, and nothing else may differ. */
const goesOn = (earlier: unknown, later: unknown, open = true): boolean => {
  if (earlier === undefined) return true;
  if (typeof earlier === 'string') return typeof later === 'string' && (open ? later.startsWith(earlier) : later === earlier);
  if (Array.isArray(earlier))
    return Array.isArray(later) && earlier.every((each, index) => index < later.length && goesOn(each, later[index], open && index === earlier.length - 1));
  if (typeof earlier === 'object' && earlier !== null)
    return typeof later === 'object' && later !== null && Object.keys(earlier).every((key) => Object.hasOwn(later, key) && goesOn(own(earlier, key), own(later, key)));
  return Object.is(earlier, later);
};

const own = (value: object, key: string): unknown => Object.getOwnPropertyDescriptor(value, key)?.value;

describe('a JSON text in pieces', () => {
  it('law: gives what JSON.parse gives, however it is cut', () => {
    fc.assert(
      fc.property(texts, cuts, (text, at) => {
        expect(read(cut(text, at))).toEqual(parsed(text));
        expect(JSON.stringify(read(text.split('')))).toBe(JSON.stringify(parsed(text)));
      }),
    );
  });

  it('law: takes exactly what JSON.parse takes', () => {
    const alphabet = fc.constantFrom(...'{}[],:"\\u01e-+.tfn \n'.split(''), 'true', 'null', '"a"', '12', '\u0001', '[]', '{"a":');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 10 }), (pieces) => {
        expect('value' in read(pieces)).toBe('value' in parsed(pieces.join('')));
      }),
      { numRuns: 3000 },
    );
  });

  it('law: T-SO-01, T-SO-07: never throws on a beginning, and never takes back what it showed', () => {
    fc.assert(
      fc.property(texts, cuts, (text, at) => {
        const reader = createJsonReader();
        const whole: unknown = JSON.parse(text);
        let latest: unknown;
        for (const piece of cut(text, at)) {
          reader.push(piece);
          expect(reader.failure()).toBeUndefined();
          if (!reader.isDue()) continue;
          const shown = reader.show();
          expect(goesOn(latest, shown)).toBe(true);
          expect(goesOn(shown, whole)).toBe(true);
          latest = shown;
        }
      }),
    );
  });

  it('law: shows nothing twice, and changes nothing under whoever was shown it', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const reader = createJsonReader();
        const shown: { value: unknown; then: string }[] = [];
        for (const piece of text) {
          reader.push(piece);
          if (!reader.isDue()) continue;
          const value = reader.show();
          shown.push({ value, then: JSON.stringify(value) });
        }
        for (const { value, then } of shown) expect(JSON.stringify(value)).toBe(then);
        expect(new Set(shown.map(({ then }) => then)).size).toBe(shown.length);
      }),
    );
  });

  it('law: tells each value once when it is over, inner ones first, as it will be', () => {
    fc.assert(
      fc.property(texts, cuts, (text, at) => {
        const told: (readonly [JsonPath, string])[] = [];
        const reader = createJsonReader({ onClose: (path, value) => told.push([[...path], JSON.stringify(value)]) });
        for (const piece of cut(text, at)) {
          reader.push(piece);
          reader.show();
        }
        reader.end();
        const expected: (readonly [JsonPath, string])[] = [];
        const visit = (path: JsonPath, value: unknown): void => {
          if (typeof value === 'object' && value !== null)
            for (const key of Object.keys(value)) visit([...path, Array.isArray(value) ? Number(key) : key], own(value, key));
          expected.push([path, JSON.stringify(value)]);
        };
        visit([], JSON.parse(text));
        const sorted = (all: typeof told): string[] => all.map((each) => JSON.stringify(each)).sort();
        expect(sorted(told)).toEqual(sorted(expected));
        expect(told.at(-1)?.[0]).toEqual([]);
      }),
    );
  });
});

describe('what is shown of a JSON text', () => {
  it('T-SO-02: a number or a word when something else follows it', () => {
    expect(shownAfter('[1', '2', ',', 'tru', 'e', ']')).toEqual([[], undefined, [12], undefined, undefined, [12, true]]);
    expect(shownAfter('{"a":-', '1.5e', '3', '}')).toEqual([{}, undefined, undefined, { a: -1500 }]);
    expect(shownAfter('12', '3')).toEqual([undefined, undefined]);
    expect(read(['12', '3'])).toEqual({ value: 123 });
  });

  it('T-SO-01, fault 70: an escape when it is whole, and a surrogate pair as one', () => {
    expect(shownAfter('"a\\', 'n', '\\u00', 'e9', '\\ud83d', '\\ude', '00"')).toEqual(['a', 'a\n', undefined, 'a\né', undefined, undefined, 'a\né😀']);
    expect(shownAfter('"x\ud83d', '\ude00', '"')).toEqual(['x', 'x😀', undefined]);
    expect(shownAfter('"\\ud83d', 'x', '"')).toEqual(['', '\ud83dx', undefined]);
  });

  it('a field when its value begins, with a name that is whole', () => {
    expect(shownAfter('{', '"na', 'me"', ':', '"', 'B', '","b', '":{')).toEqual([{}, undefined, undefined, undefined, { name: '' }, { name: 'B' }, undefined, { name: 'B', b: {} }]);
  });

  it('T-SO-04: nothing of the blanks around it', () => {
    expect(shownAfter(' \n\t', '{"a"', ' : ', '1', ' ', '} ')).toEqual([undefined, {}, undefined, undefined, { a: 1 }, undefined]);
  });

  it('fault 74: the latter of two fields of one name', () => {
    expect(shownAfter('{"a":[1]', ',"a":"', 'x"}')).toEqual([{ a: [1] }, { a: '' }, { a: 'x' }]);
  });

  it('fault 73: a field called __proto__ as a field', () => {
    const [, value] = shownAfter('{"__proto__":{"a":1}', ',"b":2}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":1},"b":2}');
  });

  it('what is closed as the same object from then on', () => {
    const [first, second] = shownAfter('{"a":{"b":1},', '"c":"') as { a: unknown }[];
    expect(second?.a).toBe(first?.a);
    expect(second).not.toBe(first);
  });
});

describe('a text that is no JSON', () => {
  it('is read up to where it goes wrong', () => {
    const reader = createJsonReader();
    reader.push('{"a":[1,2}');
    reader.push(',3]');
    expect([reader.failure(), reader.isWhole(), reader.show()]).toEqual(['syntax', false, { a: [1, 2] }]);
  });

  it('is told from one that goes on after its end', () => {
    const reader = createJsonReader();
    reader.push('{"a":1} and more');
    expect([reader.failure(), reader.isWhole(), reader.show()]).toEqual(['syntax', true, { a: 1 }]);
  });

  it('fault 72: is one that nests too deep', () => {
    expect(read(['['.repeat(256), ']'.repeat(256)])).toHaveProperty('value');
    expect(read(['['.repeat(1_000_000)])).toEqual({ failure: 'depth' });
    expect(read(['[[', ']]'], 1)).toEqual({ failure: 'depth' });
  });
});

describe('the cost of showing', () => {
  /** How many elements are copied for each character when a list of so many is shown whenever it is due. */
  const copiedPerCharacter = (elements: number): number => {
    const pieces = Array.from({ length: elements }, (_, index) => `${index === 0 ? '[' : ','}{"id":${index}}`);
    const shown = shownAfter(...pieces).filter(Array.isArray);
    expect(shown.length).toBeGreaterThan(200);
    return shown.reduce((copied, list) => copied + list.length, 0) / pieces.join('').length;
  };

  it('grows with the length of the text and not with its square', () => {
    for (const elements of [1000, 8000, 64_000]) expect(copiedPerCharacter(elements)).toBeLessThan(32);
  });

  it('and so it does for an object of many fields', () => {
    const pieces = Array.from({ length: 20_000 }, (_, index) => `${index === 0 ? '{' : ','}"field ${index}":1`);
    const shown = shownAfter(...pieces).filter((value) => value !== undefined).length;
    expect(shown).toBeGreaterThan(100);
    expect(shown).toBeLessThan(1000);
  });

  it('shows a short value at every change', () => {
    const pieces = Array.from({ length: 50 }, (_, index) => `${index === 0 ? '[' : ','}"${index}"`);
    expect(shownAfter(...pieces).filter((shown) => shown !== undefined)).toHaveLength(50);
  });
});

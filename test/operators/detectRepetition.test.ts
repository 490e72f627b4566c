import fc from 'fast-check';
import { from, type Observable } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { detectRepetition, type DetectRepetitionConfig } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta } from '../support/events.ts';

/** What came out, and whether it failed. */
const detect = (source: Iterable<StreamEvent>, config?: DetectRepetitionConfig): { seen: StreamEvent[]; error: unknown } => {
  const seen: StreamEvent[] = [];
  let error: unknown;
  from(source).pipe(detectRepetition(config)).subscribe({ next: (event) => seen.push(event), error: (reason: unknown) => (error = reason) });
  return { seen, error };
};

const fails = (whole: string | readonly string[], config?: DetectRepetitionConfig): boolean =>
  detect([whole].flat().map((piece) => text(piece)), config).error !== undefined;

/** Prose that does not repeat itself. */
const prose = (length: number): string => Array.from({ length: length / 4 }, (_, index) => `${(index * 7919) % 997} `.padStart(4, 'w')).join('').slice(0, length);

describe('detectRepetition', () => {
  it('T-CH-15: fails where a model says the same again and again', () => {
    const { seen, error } = detect([start(), ...Array.from({ length: 100 }, () => text('I am stuck. ')), finish(), done()]);
    expect(error).toMatchObject({ code: 'limit', retryable: true, committed: true });
    expect(seen.length).toBeGreaterThan(84);
    expect(seen.length).toBeLessThan(100);
    expect(JSON.stringify(error)).not.toContain('stuck');
  });

  it('T-CH-15: lets blanks and line ends repeat', () => {
    expect(fails(Array.from({ length: 1000 }, () => '\n    '))).toBe(false);
  });

  it('sees a loop of any unit up to its bound, after any text and in any pieces', () => {
    for (const length of [1, 2, 7, 100, 500]) {
      const loop = prose(500).slice(0, length).repeat(Math.ceil(6000 / length));
      expect(fails(prose(3000) + loop)).toBe(true);
      expect(fails([prose(3000), ...(loop.match(/[^]{1,5}/g) ?? [])])).toBe(true);
    }
    expect(fails(prose(600).repeat(20))).toBe(false);
  });

  it('sees nothing in prose, lists, tables and code', () => {
    const table = `${'-'.repeat(200)}\n| a | b |\n`.repeat(4);
    const code = Array.from({ length: 500 }, (_, index) => `  items[${index}] = read(${index * 3});\n`).join('');
    expect(fails(prose(100_000) + table + code)).toBe(false);
  });

  it('takes the bounds it is given', () => {
    const config = { minLength: 30, repeats: 3, maxUnitLength: 12 };
    expect(fails(`abc${'again and '.repeat(4)}`, config)).toBe(true);
    expect(fails('again and '.repeat(2), config)).toBe(false);
    expect(fails('no'.repeat(10), config)).toBe(false);
  });

  it('warns instead where told so, once in an attempt', () => {
    const loop = Array.from({ length: 300 }, () => text('I am stuck. '));
    const { seen, error } = detect([start(), ...loop, start(2), ...loop, done()], { onRepetition: 'warn' });
    expect(error).toBeUndefined();
    expect(seen.flatMap((event) => (event.type === 'warning' ? [event.code] : []))).toEqual(['repetition', 'repetition']);
    expect(seen).toHaveLength(605);
  });

  it('reads text and reasoning of each choice apart', () => {
    const turns = Array.from({ length: 1000 }, (_, index) => [text(prose(4000).slice(4 * index, 4 * index + 4)), text('abc ', 1), reasoning(prose(8000).slice(4 * index, 4 * index + 4))]);
    const failure = detect(turns.flat());
    expect(failure.error).toMatchObject({ code: 'limit' });
    expect(detect(turns.flat().filter((event) => !('choice' in event) || event.choice === 0)).error).toBeUndefined();
    expect(detect(Array.from({ length: 300 }, () => reasoning('hmm, '))).error).toMatchObject({ code: 'limit' });
    expect(detect(Array.from({ length: 300 }, () => toolDelta({ index: 0 }, '0, 0,'))).error).toBeUndefined();
  });

  it('begins anew at a start', () => {
    const half = Array.from({ length: 80 }, () => text('I am stuck. '));
    expect(detect([start(), ...half, start(2), ...half]).error).toBeUndefined();
    expect(detect([start(), ...half, ...half]).error).toBeDefined();
  });

  it.each([{ minLength: 0 }, { repeats: 1 }, { maxUnitLength: Number.NaN }, { onRepetition: 'stop' as 'warn' }])('refuses %j', (config) => {
    expect(() => detectRepetition(config)).toThrow(expect.objectContaining({ code: 'config' }));
  });

  it.each([{ minLength: Infinity }, { repeats: 1e9 }, { repeats: Infinity }, { maxUnitLength: Infinity }, { minLength: 2 ** 20 + 1 }, { repeats: 2 ** 11, maxUnitLength: 2 ** 10 }])(
    'refuses %o, which is more than it can keep in view',
    (config) => {
      expect(() => detectRepetition(config)).toThrow(expect.objectContaining({ code: 'config' }));
    },
  );

  it('takes a repetition as long as it can keep in view', () => {
    const config = { minLength: 2 ** 20, repeats: 2 ** 10, maxUnitLength: 2 ** 10 };
    expect(detect([text('and then '.repeat(2 ** 18))], config).error).toMatchObject({ code: 'limit' });
  });

  describe('laws', () => {
    const { splits } = arbitraries(fc);
    const config = { minLength: 40, repeats: 4, maxUnitLength: 10 };
    const whole = fc.array(fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 4 }), fc.integer({ min: 1, max: 30 })), { maxLength: 6 })
      .map((parts) => parts.map(([unit, times]) => unit.repeat(times)).join(''));

    it('law of cutting: where it fails does not depend on how the text is cut', () => {
      fc.assert(
        fc.property(whole.chain((all) => splits(all).map((pieces) => ({ all, pieces }))), ({ all, pieces }) => {
          expect(fails(pieces, config)).toBe(fails(all, config));
        }),
        { numRuns: 1000 },
      );
    });

    it('law of the reference: it fails only where an end of some beginning repeats itself, and wherever one does for long enough', () => {
      const loops = (all: string, least: number): boolean =>
        Array.from({ length: all.length + 1 }, (_, end) => end).some((end) =>
          Array.from({ length: config.maxUnitLength }, (_, index) => index + 1).some((period) => {
            let length = period;
            while (length < end && all[end - 1 - length] === all[end - 1 - length + period]) length += 1;
            return end >= period && length >= Math.max(least, config.repeats * period) && all.slice(end - period, end).trim() !== '';
          }),
        );
      fc.assert(
        fc.property(whole, (all) => {
          if (fails(all, config)) expect(loops(all, config.minLength)).toBe(true);
          else expect(loops(all, config.minLength + 10)).toBe(false);
        }),
        { numRuns: 1000 },
      );
    });
  });

  it('has the type of what it is put behind', () => {
    expectTypeOf(from([{ type: 'mine' as const }]).pipe(detectRepetition())).toEqualTypeOf<Observable<{ type: 'mine' }>>();
  });

  describe('the contract', () => {
    for (const { name, run } of operatorContract(() => detectRepetition())) it(name, run);
  });
});

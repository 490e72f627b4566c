import fc from 'fast-check';
import { from, Subject, type Observable } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { assembleToolCalls, redact, type RedactConfig, verifyEvents } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

type Patterns = Parameters<typeof redact>[0];

const run = (source: Iterable<StreamEvent>, patterns: Patterns, config?: RedactConfig): StreamEvent[] => {
  const seen: StreamEvent[] = [];
  from(source).pipe(redact(patterns, config)).subscribe((event) => seen.push(event));
  return seen;
};

const deltaOf = (events: readonly StreamEvent[], type: StreamEvent['type'] = 'text_delta', choice = 0): string =>
  events.map((event) => (event.type === type && 'delta' in event && event.choice === choice ? event.delta : '')).join('');

const redacted = (pieces: readonly string[], patterns: Patterns, config?: RedactConfig): string =>
  deltaOf(run(pieces.map((piece) => text(piece)), patterns, config));

const MAIL = /[\w.]+@[\w.]*\w/;

describe('redact', () => {
  it('replaces a match that came in pieces, and holds what may be one until the end', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-t-u-v-f----(d|)', { s: start(), t: text('Mail jo'), u: text('e@x.or'), v: text('g!'), f: finish(), d: done() });
      const subscription = '^------------!';
      const expected = '    s-------(af)-(d|)';
      expectObservable(source.pipe(redact(MAIL))).toBe(expected, { s: start(), a: text('Mail [redacted]!'), f: finish(), d: done() });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('releases at completion what it holds, and does not on error', () =>
    marbles(({ hot, expectObservable }) => {
      const values = { s: start(), t: text('joe@x.org'), r: text('[redacted]') };
      expectObservable(hot('s-t-|', values).pipe(redact(MAIL))).toBe('s---(r|)', values);
      expectObservable(hot('s-t-#', values).pipe(redact(MAIL))).toBe('s---#', values);
    }));

  it.each<[string, Patterns, RedactConfig, string]>([
    ['a text', 'joe', {}, 'Ask [redacted] or [redacted]y: 3.1, [redacted]'],
    ['the longest text that begins there', ['joe', 'joey'], {}, 'Ask [redacted] or [redacted]: 3.1, [redacted]'],
    ['a pattern, with its flags', /JOE\b/i, {}, 'Ask [redacted] or joey: 3.1, [redacted]'],
    ['what a function finds', (whole, from) => ({ index: whole.indexOf('3', from), length: whole.includes('3', from) ? 3 : 0 }), {}, 'Ask joe or joey: [redacted], joe'],
    ['with another text', 'joey', { replacement: '$&' }, 'Ask joe or $&: 3.1, joe'],
    ['with what a function makes of it', /joe\w?/, { replacement: (match) => (match === 'joey' ? match : match.toUpperCase()) }, 'Ask JOE or joey: 3.1, JOE'],
    ['with nothing', [/joe/g, / or/y, /3*/], { replacement: '' }, 'Ask  y: .1, '],
  ])('replaces %s', (_, patterns, config, expected) => {
    const whole = 'Ask joe or joey: 3.1, joe';
    for (const pieces of [[whole], whole.split('')]) expect(redacted(pieces, patterns, config)).toBe(expected);
  });

  it('finds a match of the longest length, wherever it begins, and sees what stands around it', () => {
    for (let before = 0; before < 40; before += 1) {
      const whole = `${'-'.repeat(before)}x12345678${'-'.repeat(40)}`;
      for (const pieces of [[whole], whole.split('')])
        expect(redacted(pieces, /(?<=-|^)x\d+/, { maxLength: 9 })).toBe(whole.replace('x12345678', '[redacted]'));
    }
  });

  it('passes text without a match on as the same events', () => {
    const events = [start(), text('x'.repeat(600)), finish(), done()];
    const seen = run(events, 'joe');
    expect(seen[0]).toBe(events[0]);
    expect(deltaOf(seen)).toBe('x'.repeat(600));
    expect(run([events[0]!, text('ab'), finish()], 'x')).toEqual([start(), text('ab'), finish()]);
  });

  it('looks into reasoning, refusals and arguments only where told so, and leaves the details out then', () => {
    const detailed: StreamEvent = { type: 'reasoning_delta', choice: 0, delta: 'joe', details: [{ text: 'joe' }] };
    const refusal: StreamEvent = { type: 'refusal_delta', choice: 0, delta: 'joe' };
    const events = [detailed, refusal, toolDelta({ index: 0, id: 'a', name: 'f' }, '{"a":"jo'), toolDelta({ index: 0 }, 'e"}')];
    expect(run(events, 'joe')).toEqual(events);
    expect(run(events, 'joe', { within: ['reasoning', 'refusal', 'toolInput'], replacement: '*', maxLength: 40 })).toEqual([
      reasoning('*'),
      { ...refusal, delta: '*' },
      toolDelta({ index: 0, id: 'a', name: 'f' }),
      toolDelta({ index: 0 }, '{"a":"*"}'),
    ]);
  });

  it('keeps the arguments of calls apart, also where they take turns or have no index', () => {
    const names = (...events: StreamEvent[]): unknown[] => {
      const seen: unknown[] = [];
      from([...events, finish('tool_calls'), done('tool_calls')])
        .pipe(redact('joe', { within: ['toolInput'], replacement: '*' }), assembleToolCalls())
        .subscribe((event) => event.type === 'tool_call' && seen.push([event.name, event.args]));
      return seen;
    };
    expect(
      names(toolDelta({ index: 0, name: 'f' }, '["jo'), toolDelta({ index: 1, name: 'g' }, '["jo'), toolDelta({ index: 0 }, 'e"]'), toolDelta({ index: 1 }, 'y"]')),
    ).toEqual([['f', '["*"]'], ['g', '["joy"]']]);
    expect(names(toolDelta({ name: 'f' }, '["jo'), toolDelta({}, 'e"]'), toolDelta({ name: 'g' }, '["jo'), toolDelta({}, 'e"]'))).toEqual([['f', '["*"]'], ['g', '["*"]']]);
  });

  const calls = (events: readonly StreamEvent[]): unknown[] => {
    const seen: unknown[] = [];
    from([...events, finish('tool_calls'), done('tool_calls')])
      .pipe(assembleToolCalls())
      .subscribe((event) => event.type === 'tool_call' && seen.push([event.index, event.id, event.callId, event.name, event.args]));
    return seen;
  };

  it('gives each call its own arguments, where calls share an index or have only ids', () => {
    const inTools: RedactConfig = { within: ['toolInput'], replacement: '*' };
    const shared = [toolDelta({ index: 0, id: 'a', name: 'f' }, '{"x":1}'), toolDelta({ index: 0, id: 'b', name: 'g' }, '{"y":2}')];
    expect(calls(run(shared, 'secretsecretsecret', inTools))).toEqual(calls(shared));
    expect(calls(shared)).toEqual([[0, 'a', 'a', 'f', '{"x":1}'], [1, 'b', 'b', 'g', '{"y":2}']]);
    const named = [toolDelta({ id: 'a', name: 'f' }, '["jo'), toolDelta({ id: 'a' }, 'e"]')];
    expect(calls(run(named, 'joe', inTools))).toEqual([[0, 'a', 'a', 'f', '["*"]']]);
    const turns = [named[0]!, toolDelta({ id: 'b', name: 'g' }, '["jo'), named[1]!, toolDelta({ id: 'b' }, 'e"]')];
    expect(calls(run(turns, 'joe', inTools))).toEqual([[0, 'a', 'a', 'f', '["*"]'], [1, 'b', 'b', 'g', '["*"]']]);
    const random = [toolDelta({ index: 0, id: 'a', name: 'f' }, '["jo'), toolDelta({ index: 0, id: 'z' }, 'e"]')];
    expect(calls(run(random, 'joe', inTools))).toEqual([[0, 'a', 'a', 'f', '["*"]']]);
  });

  it('finds a match that events come between, and ends one where another part comes', () => {
    for (const between of [reasoning('r'), usageReport({}), text('x', 1), finish('stop', 1)])
      expect(deltaOf(run([text('jo'), between, text('e')], 'joe'))).toBe('[redacted]');
    for (const part of [toolDelta({ index: 0, name: 'f' }), finish(), done()]) expect(run([text('jo'), part], 'joe')).toEqual([text('jo'), part]);
    expect(run([reasoning('jo'), text('e')], 'joe', { within: ['text', 'reasoning'] })).toEqual([reasoning('jo'), text('e')]);
  });

  it('voids at a start what it holds', () => {
    expect(run([start(), text('jo'), start(2), text('e')], 'joe')).toEqual([start(), start(2), text('e')]);
  });

  it('fault 70: cuts no surrogate pair', () => {
    for (let before = 0; before < 12; before += 1) {
      const seen = run([text(`${'a'.repeat(before)}${'😀'.repeat(30)}`), finish()], /x/, { maxLength: 8 });
      expect(seen.every((event) => event.type !== 'text_delta' || !/\p{Surrogate}/u.test(event.delta))).toBe(true);
    }
  });

  it.each([[''], [[]], [['a', '']], [[1]]])('refuses to take out %j', (patterns) => {
    expect(() => redact(patterns as string)).toThrow(expect.objectContaining({ code: 'config' }));
  });

  it('refuses a bound too small for a text, and kinds of text that are none', () => {
    for (const config of [{ maxLength: 2 }, { maxLength: Number.NaN }, { within: ['image' as 'text'] }, { max: 1 } as RedactConfig])
      expect(() => redact('joe', config)).toThrow(expect.objectContaining({ code: 'config' }));
  });

  describe('laws', () => {
    const { splits } = arbitraries(fc);
    const whole = fc.array(fc.constantFrom('a', 'b', 'ab', '@', '-', ' ', '\n', '😀', '123'), { maxLength: 60 }).map((parts) => parts.join(''));
    const cut = whole.chain((all) => splits(all).map((pieces) => ({ all, pieces })));
    const patterns = fc.constantFrom<RegExp[]>(/\w+@\w+/, /a(?!b)/, /(?<=@)./su, /^ab/m, /[^a]+$/, /\b\d+\b/, /<[^>]*>/, /😀+/u);

    it('law of cutting: any cut of the text gives the same text', () => {
      fc.assert(
        fc.property(cut, patterns, fc.constantFrom(1, 2, 9, 40), ({ all, pieces }, pattern, maxLength) => {
          expect(redacted(pieces, pattern, { maxLength })).toBe(redacted([all], pattern, { maxLength }));
        }),
        { numRuns: 1000 },
      );
    });

    it('law of the reference: within the bound it is what replacing in the whole text gives', () => {
      fc.assert(
        fc.property(cut, patterns, ({ all, pieces }, pattern) => {
          const expected = all.replaceAll(new RegExp(pattern.source, `${pattern.flags}g`), '[redacted]');
          expect(redacted(pieces, pattern, { maxLength: 400 })).toBe(expected);
        }),
        { numRuns: 500 },
      );
    });

    it('law of conservation: with what matched for replacement, nothing changes', () => {
      fc.assert(
        fc.property(cut, patterns, fc.constantFrom(1, 9, 40), ({ all, pieces }, pattern, maxLength) => {
          expect(redacted(pieces, pattern, { maxLength, replacement: (match) => match })).toBe(all);
        }),
        { numRuns: 500 },
      );
    });

    it('law of calls: where nothing matches, assembleToolCalls finds the same calls behind it', () => {
      // An endpoint names its calls in one way all along; the names of calls may come or not.
      const id = fc.constantFrom('a', 'b', 'c');
      const index = fc.constantFrom(0, 1);
      const name = fc.constantFrom('f', 'g');
      const ways = [fc.record({ id, name }, { requiredKeys: ['id'] }), fc.record({ index, name }, { requiredKeys: ['index'] }), fc.record({ index, id, name }, { requiredKeys: ['index', 'id'] }).map((keys) => ({ ...keys, id: `${keys.id}${keys.index}` })), fc.record({ name }, { requiredKeys: [] })];
      const delta = fc.constantFrom('', '{}', '{"x":1}', '{"long":"0123456789012345"}', '{', '"x":', '1}', '}', ' ', '{}{}');
      const eventsOf = (fragment: fc.Arbitrary<object>): fc.Arbitrary<StreamEvent[]> =>
        fc.array(fc.oneof({ arbitrary: fc.tuple(fragment, delta).map(([keys, piece]) => toolDelta(keys, piece)), weight: 9 }, { arbitrary: fc.constant(text('t')), weight: 1 }), { maxLength: 8 });
      const events = fc.oneof(...ways.map(eventsOf));
      fc.assert(
        fc.property(events, fc.constantFrom(1, 4, 60), (source, maxLength) => {
          expect(calls(run(source, /§/, { within: ['toolInput'], maxLength }))).toEqual(calls(source));
        }),
        { numRuns: 3000 },
      );
    });

    it('law of the bound: it never holds more than it says', () => {
      fc.assert(
        fc.property(cut, ({ pieces }) => {
          const source = new Subject<StreamEvent>();
          let held = 0;
          source.pipe(redact(/ab/, { maxLength: 16, replacement: (match) => match })).subscribe((event) => (held -= deltaOf([event]).length));
          for (const piece of pieces) {
            held += piece.length;
            source.next(text(piece));
            expect(held).toBeLessThan(24);
          }
        }),
        { numRuns: 300 },
      );
    });

    it('law of time: a quadratic pattern takes no quadratic time', () => {
      const begin = performance.now();
      redacted(['<'.repeat(100_000)], /<[^>]*>/);
      expect(performance.now() - begin).toBeLessThan(10_000);
    });
  });

  it('keeps an answer within the grammar of events', () => {
    let ended = false;
    from([start(), text('jo'), reasoning('x'), text('e', 1), finish(), finish('stop', 1), done()])
      .pipe(redact('joe'), verifyEvents())
      .subscribe({ complete: () => (ended = true) });
    expect(ended).toBe(true);
  });

  it('has the type of what it is put behind', () => {
    expectTypeOf(from([{ type: 'mine' as const }]).pipe(redact('x'))).toEqualTypeOf<Observable<{ type: 'mine' }>>();
  });

  describe.each<[string, RedactConfig]>([['text', {}], ['all it may', { within: ['text', 'reasoning', 'refusal', 'toolInput'] }]])('the contract, within %s', (_, config) => {
    for (const { name, run: tryLaw } of operatorContract(() => redact([/[Yy]es/, 'weather'], config))) it(name, tryLaw);
  });
});

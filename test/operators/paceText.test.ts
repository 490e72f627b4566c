import fc from 'fast-check';
import { animationFrameScheduler, concat, from, NEVER, of, Subject, throwError, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { StreamEvent } from 'rx-completions';
import { paceText, type PaceTextConfig, toAsyncIterable, verifyEvents } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { pacedSource } from '../support/pacedSource.ts';

/** Runs in virtual time, with the clock that the operator is given. */
const paced = (body: (helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0], scheduler: TestScheduler) => void): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => body(helpers, scheduler));
};

type Seen = readonly [at: number, event: StreamEvent | 'complete' | 'error'];

/** What comes out and when, of events that come at these times; `'#'` and `'|'` end them. */
const timed = (arrivals: readonly (readonly [at: number, event: StreamEvent | '#' | '|'])[], config: PaceTextConfig = {}): readonly Seen[] => {
  const seen: Seen[] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(() => {
    const source = new Subject<StreamEvent>();
    for (const [at, event] of arrivals)
      scheduler.schedule(() => {
        if (event === '#') source.error(new Error('failed'));
        else if (event === '|') source.complete();
        else source.next(event);
      }, at);
    source.pipe(paceText({ scheduler, ...config })).subscribe({
      next: (event) => seen.push([scheduler.now(), event]),
      error: () => seen.push([scheduler.now(), 'error']),
      complete: () => seen.push([scheduler.now(), 'complete']),
    });
  });
  return seen;
};

const deltasOf = (seen: readonly Seen[]): (readonly [at: number, delta: string])[] =>
  seen.flatMap(([at, event]) => (typeof event === 'object' && 'delta' in event ? [[at, event.delta] as const] : []));

const joined = (events: Iterable<StreamEvent | string>): unknown[] => {
  const runs: unknown[] = [];
  let last: { type: string; choice: number; delta: string } | undefined;
  for (const event of events) {
    if (typeof event === 'object' && (event.type === 'text_delta' || event.type === 'reasoning_delta')) {
      if (event.delta === '') continue;
      if (last?.type === event.type && last.choice === event.choice) last.delta += event.delta;
      else runs.push((last = { type: event.type, choice: event.choice, delta: event.delta }));
    } else {
      last = undefined;
      runs.push(event);
    }
  }
  return runs;
};

describe('paceText', () => {
  describe('over time', () => {
    it('lets a burst out at its pace, a character at a time, and what comes behind it afterwards', () =>
      paced(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
        const values = { s: start(), t: text('Hello'), f: finish(), d: done(), a: text('H'), b: text('e'), c: text('l'), e: text('o') };
        const source = hot('  s-t-------(fd|)', values);
        const subscription = '^---------!';
        const expected = '    s-a-b-c-c-(efd|)';
        const config: PaceTextConfig = { charsPerSecond: 500, everyMs: 2, scheduler };
        expectObservable(source.pipe(paceText(config))).toBe(expected, values);
        expectSubscriptions(source.subscriptions).toBe(subscription);
      }));

    it('gives out once per step what came in it, when nothing may be delayed', () => {
      const arrivals = Array.from({ length: 10 }, (_, index) => [index * 2, text('ab')] as const);
      const seen = deltasOf(timed([...arrivals, [40, '|']], { maxDelayMs: 0, everyMs: 10 }));
      expect(seen).toEqual([
        [0, 'a'],
        [10, 'bababababa'],
        [20, 'babababa'],
        [40, 'b'],
      ]);
    });

    it('keeps to frames', () =>
      paced(({ animate, expectObservable, hot }) => {
        animate('              ---x---x---x---x');
        const source = hot('   abc---------|', { a: text('one '), b: text('two '), c: text('three') });
        const expected = '     a--b--------(d|)';
        const config: PaceTextConfig = { everyMs: 0, maxDelayMs: 0, scheduler: animationFrameScheduler };
        expectObservable(source.pipe(paceText(config))).toBe(expected, { a: text('one'), b: text(' two thre'), d: text('e') });
      }));

    it('goes faster where more is held, so that nothing comes later than it may', () => {
      const seen = deltasOf(timed([[0, text('x'.repeat(1000))], [500, '|']], { charsPerSecond: 10, maxDelayMs: 100, everyMs: 10 }));
      expect(seen.slice(0, 3)).toEqual([[0, 'x'], [10, 'x'.repeat(99)], [20, 'x'.repeat(100)]]);
      expect(seen.at(-2)?.[0]).toBeLessThanOrEqual(110);
    });

    it('goes slower than a step where it may', () => {
      const seen = deltasOf(timed([[0, text('abc')], [1, finish()], [1, '|']], { charsPerSecond: 10, maxDelayMs: Infinity, everyMs: 16 }));
      expect(seen).toEqual([[0, 'a'], [112, 'b'], [208, 'c']]);
    });

    it('lets no event overtake text, and none wait without need', () => {
      const tool = toolDelta({ index: 0, name: 'f' }, '{}');
      const seen = timed([[0, start()], [5, usageReport({})], [10, text('abc')], [10, tool], [10, reasoning('hm')], [10, done()], [10, '|']], { everyMs: 10, maxDelayMs: 50 });
      expect(seen.slice(0, 2)).toEqual([[0, start()], [5, usageReport({})]]);
      expect(joined(seen.map(([, event]) => event))).toEqual([start(), usageReport({}), text('abc'), tool, reasoning('hm'), done(), 'complete']);
      expect(seen.at(-1)?.[0]).toBeLessThanOrEqual(70);
    });

    it('gives what is held first on error, and then the error', () => {
      expect(timed([[0, text('abc')], [1, usageReport({})], [2, '#']])).toEqual([
        [0, text('a')],
        [2, text('bc')],
        [2, usageReport({})],
        [2, 'error'],
      ]);
    });

    it('drops at a start the text that it voids, and nothing else', () => {
      const notice: StreamEvent = { type: 'warning', code: 'x', message: 'x' };
      expect(timed([[0, start()], [0, text('abc')], [1, notice], [2, start(2)], [2, text('xy')], [3, '|']]).map(([, event]) => event)).toEqual([
        start(),
        text('a'),
        notice,
        start(2),
        text('x'),
        text('y'),
        'complete',
      ]);
    });
  });

  describe('its timer', () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    it('runs only while something is held, and not after unsubscribing', () => {
      vi.useFakeTimers();
      const source = new Subject<StreamEvent>();
      const subscription = source.pipe(paceText()).subscribe();
      expect(vi.getTimerCount()).toBe(0);
      source.next(text('Hello there'));
      expect(vi.getTimerCount()).toBe(1);
      vi.advanceTimersByTime(1000);
      expect(vi.getTimerCount()).toBe(0);
      source.next(text('Hello there'));
      expect(vi.getTimerCount()).toBe(1);
      subscription.unsubscribe();
      expect(vi.getTimerCount()).toBe(0);
      expect(source.observed).toBe(false);
    });

    it('ends with an error', () => {
      vi.useFakeTimers();
      concat(of(text('Hello there')), throwError(() => new Error('failed'))).pipe(paceText()).subscribe({ error: () => undefined });
      expect(vi.getTimerCount()).toBe(0);
    });

    it('is none of a source without text', () => {
      vi.useFakeTimers();
      concat(of(start(), usageReport({})), NEVER).pipe(paceText()).subscribe();
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  describe('units', () => {
    const unitsOf = (whole: string, config: PaceTextConfig): string[] =>
      deltasOf(timed([[0, text(whole)], [0, '|']], { everyMs: 1, charsPerSecond: 1, maxDelayMs: Infinity, ...config })).map(([, delta]) => delta);

    it('are characters as readers see them', () => {
      const whole = ['e\u0301', '👩‍👩‍👧', '🇨🇭', '한', '好', '\r\n', 'a'];
      expect(unitsOf(whole.join(''), {})).toEqual(whole);
    });

    it('are words with what follows them', () => {
      expect(unitsOf("Don't  pay 3.14 for “it”, z. B.\n\nnow!", { unit: 'word' })).toEqual([
        "Don't  ", 'pay ', '3.14 ', 'for “', 'it”, ', 'z. ', 'B.\n\n', 'now!',
      ]);
      expect(unitsOf('今天天气很好。', { unit: 'word', locale: 'zh' }).length).toBeGreaterThan(1);
    });

    it('are lines with their ends', () => {
      expect(unitsOf('one\n\ntwo\r\nthree', { unit: 'line' })).toEqual(['one\n', '\n', 'two\r\n', 'three']);
    });

    it('are held until they are whole', () => {
      const seen = (unit: PaceTextConfig['unit'], ...deltas: string[]): string[] =>
        deltasOf(timed([...deltas.map((delta, index) => [index * 1000, text(delta)] as const), [9000, '|']], unit === undefined ? {} : { unit })).map(([, delta]) => delta);
      expect(seen(undefined, 'e', '\u0301', 'x')).toEqual(['e\u0301', 'x']);
      expect(seen('word', 'Hel', 'lo wor', 'ld')).toEqual(['Hello ', 'world']);
      expect(seen('line', 'one\nt', 'wo\n')).toEqual(['one\n', 'two\n']);
      expect(seen(undefined, '\ud83d', '\ude00', 'x')).toEqual(['😀', 'x']);
    });

    it('are parted where they are too long', () => {
      for (const unit of ['word', 'line'] as const) {
        const seen = deltasOf(timed([[0, text('x'.repeat(5000))], [9000, '|']], { unit }));
        expect(seen.length).toBeGreaterThan(1);
        expect(seen.at(-2)?.[0]).toBeLessThan(400);
      }
      const stacked = `a${'\u0301'.repeat(5000)}b`;
      expect(deltasOf(timed([[0, text(stacked)], [9, '|']])).map(([, delta]) => delta).join('')).toBe(stacked);
    });

    it('are not sought within `details`, which go out with the last of their text', () => {
      const detailed = (delta: string, ...details: unknown[]): StreamEvent => ({ type: 'reasoning_delta', choice: 0, delta, details });
      const seen = timed([[0, detailed('ab', 1)], [0, detailed('', 2)], [0, finish()], [0, '|']]).map(([, event]) => event);
      expect(seen).toEqual([reasoning('a'), detailed('b', 1, 2), finish(), 'complete']);
    });
  });

  describe('laws', () => {
    const { texts, splits } = arbitraries(fc);
    const config = fc.record(
      {
        charsPerSecond: fc.constantFrom(0, 5, 300, 1e6),
        maxDelayMs: fc.constantFrom(0, 20, 300),
        everyMs: fc.constantFrom(1, 16, 50),
        unit: fc.constantFrom('grapheme' as const, 'word' as const, 'line' as const),
      },
      { requiredKeys: [] },
    );
    const event = fc.oneof(
      { weight: 8, arbitrary: fc.tuple(fc.constantFrom(text, reasoning), fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.lorem({ maxCount: 3 })), fc.nat({ max: 1 })).map(([make, delta, choice]) => make(delta, choice)) },
      { weight: 1, arbitrary: fc.constantFrom(usageReport({}), toolDelta({ index: 0 }, '{'), finish('stop', 3)) },
    );
    const arrivals = fc.array(fc.tuple(fc.nat({ max: 40 }), event), { maxLength: 20 }).map((all) => {
      let at = 0;
      return all.map(([wait, each]) => [(at += wait), each] as const);
    });

    it('law of conservation: everything comes out once, in order, only parted and joined otherwise, and then the end', () => {
      fc.assert(
        fc.property(arrivals, config, fc.constantFrom('|' as const, '#' as const), (all, options, end) => {
          const last = (all.at(-1)?.[0] ?? 0) + 5;
          const seen = timed([...all, [last, end]], options);
          expect(joined(seen.map(([, each]) => each))).toEqual([...joined(all.map(([, each]) => each)), end === '|' ? 'complete' : 'error']);
        }),
        { numRuns: 300 },
      );
    });

    it('law of the bound: nothing comes later than it may, but for the last unit', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat({ max: 60 }), fc.lorem({ maxCount: 8 })), { minLength: 1, maxLength: 12 }), config, (all, options) => {
          const { maxDelayMs = 300, everyMs = 16, unit = 'grapheme' } = options;
          let at = 0;
          const told = all.map(([wait, delta]) => [(at += wait), text(`${delta} `)] as const);
          const seen = deltasOf(timed([...told, [at + 2000, '|']], options));
          let due = 0;
          for (const [time, event] of told) {
            due += 'delta' in event ? event.delta.length : 0;
            const out = seen.filter(([when]) => when <= time + maxDelayMs + everyMs).reduce((sum, [, delta]) => sum + delta.length, 0);
            if (unit === 'grapheme') expect(out).toBeGreaterThanOrEqual(due - 1);
          }
        }),
        { numRuns: 300 },
      );
    });

    it('fault 70: law of graphemes: none is cut that was not cut for good, however the text came in', () => {
      fc.assert(
        fc.property(texts().chain((whole) => splits(whole).map((pieces) => ({ whole, pieces }))), config, ({ whole, pieces }, options) => {
          const ends = new Set([...new Intl.Segmenter().segment(whole)].map(({ index }) => index));
          let at = 0;
          for (const [, delta] of deltasOf(timed([...pieces.map((piece, index) => [index * 30, text(piece)] as const), [5000, '|']], options))) {
            expect(ends.has(at)).toBe(true);
            at += delta.length;
          }
          expect(at).toBe(whole.length);
        }),
        { numRuns: 300 },
      );
    });
  });

  it('T-BP-03: lets a slow reader behind it make the source wait, also by what comes out later', () =>
    paced(({ flush }, scheduler) => {
      const source = pacedSource<StreamEvent>();
      const slow = toAsyncIterable({ highWaterMark: 0 })(source.values.pipe(paceText({ charsPerSecond: 100, maxDelayMs: 1000, scheduler })));
      void slow[Symbol.asyncIterator]().next();
      source.emit(text('Once upon a time, '), text('in a land'));
      expect(source.holds).toBe(0);
      flush();
      expect(source.holds).toBe(1);
    }));

  it.each([
    ['pieces that take turns', (at: number) => (at % 2 === 0 ? text('a') : reasoning('b'))],
    ['details of one part', (at: number) => ({ ...reasoning('b'), details: [at] }) as StreamEvent],
  ])('takes time linear in what is held when its source fails: %s', (_, piece) => {
    const time = (count: number): number => {
      const begin = performance.now();
      const source = new Subject<StreamEvent>();
      let length = 0;
      source.pipe(paceText()).subscribe({
        next: (event) => (length += 'delta' in event ? event.delta.length : 0),
        error: () => undefined,
      });
      for (let at = 0; at < count; at++) source.next(piece(at));
      source.error(new Error('failed'));
      expect(length).toBe(count);
      return performance.now() - begin;
    };
    time(16_000);
    expect(time(160_000)).toBeLessThan(50 * Math.max(time(16_000), 5));
  });

  it('keeps an answer within the grammar of events', () => {
    expect(() => {
      const scheduler = new TestScheduler(() => undefined);
      scheduler.run(() => {
        const source = from([start(), reasoning('hm'), text('Hello'), finish(), done()]);
        source.pipe(paceText({ scheduler }), verifyEvents()).subscribe();
      });
    }).not.toThrow();
  });

  it.each([{ charsPerSecond: -1 }, { maxDelayMs: Number.NaN }, { everyMs: -1 }, { maxDelayMs: Infinity }, { unit: 'letter' as 'word' }])('refuses %j', (config) => {
    expect(() => paceText(config)).toThrow(expect.objectContaining({ code: 'config' }));
  });

  it('has the type of what it is put behind', () => {
    expectTypeOf(from([{ type: 'mine' as const }]).pipe(paceText())).toEqualTypeOf<Observable<{ type: 'mine' }>>();
  });

  describe('the contract', () => {
    // What is held has arrived and may be shown; only its time had not come.
    const except = ['releases nothing it holds when its source fails'] as const;
    const comparable = (outputs: readonly unknown[]): unknown => joined(outputs as StreamEvent[]);
    for (const { name, run } of operatorContract(() => paceText({ maxDelayMs: 5, everyMs: 1 }), { except, comparable })) it(name, run);
  });
});

import fc from 'fast-check';
import { from, lastValueFrom, mergeMap, of, Subject, toArray, type Observable } from 'rxjs';
import type { DoneEvent, FinishEvent, FinishReason, StreamEvent } from 'rx-completions';
import { assembleToolCalls, byToolCall, collectMessage, stopWhen, type StopWhenConfig, verifyEvents } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

type Stop = Parameters<typeof stopWhen>[0];

const stopped = (choice = 0): StreamEvent => ({ type: 'finish', choice, reason: 'stop' });

const stop = (source: Iterable<StreamEvent>, at: Stop, config?: StopWhenConfig): StreamEvent[] => {
  const seen: StreamEvent[] = [];
  from(source).pipe(stopWhen(at, config)).subscribe((event) => seen.push(event));
  return seen;
};

const textOf = (events: readonly StreamEvent[]): string => events.map((event) => (event.type === 'text_delta' ? event.delta : '')).join('');

const answer = (...pieces: string[]): StreamEvent[] => [start(), ...pieces.map((piece) => text(piece)), finish('length'), done('length')];

describe('stopWhen', () => {
  it('ends the answer at a text that came in pieces, and lets its source go', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-t-u-t-|', { s: start(), t: text('One. ST'), u: text('OP Two.') });
      const subscription = '^---!';
      const expected = '    s-t-(fd|)';
      const values = { s: start(), t: text('One. '), f: stopped(), d: done() };
      expectObservable(source.pipe(stopWhen('STOP'))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('lets its source go before it tells the end', () => {
    const source = new Subject<StreamEvent>();
    const observed: unknown[] = [];
    source.pipe(stopWhen('x')).subscribe(({ type }) => observed.push([type, source.observed]));
    for (const event of [start(), text('axb'), text('c')]) source.next(event);
    expect(observed).toEqual([['start', true], ['text_delta', true], ['finish', false], ['done', false]]);
  });

  it('releases at completion what it holds, and does not on error', () =>
    marbles(({ hot, expectObservable }) => {
      const values = { s: start(), t: text('ST') };
      expectObservable(hot('s-t-|', values).pipe(stopWhen('STOP'))).toBe('s---(t|)', values);
      expectObservable(hot('s-t-#', values).pipe(stopWhen('STOP'))).toBe('s---#', values);
    }));

  it.each<[string, Stop, string]>([
    ['a text', 'cd', 'ab'],
    ['the text that ends first', ['abcd', 'bc'], 'a'],
    ['the longest of those that end together', ['bc', 'c'], 'a'],
    ['a text that begins within the beginning of another', ['abx', 'bcd'], 'a'],
    ['a pattern', /c./, 'ab'],
    ['a pattern that looks around', /(?<=b)c(?=d)/y, 'ab'],
    ['nothing that is not there', ['x', 'cdefgh'], 'abcdefg'],
  ])('stops at %s', (_, at, before) => {
    for (const pieces of [['abcdefg'], 'abcdefg'.split('')]) expect(textOf(stop(answer(...pieces), at))).toBe(before);
  });

  it('takes the stop in where told so', () => {
    for (const at of ['cd', /cd/]) expect(textOf(stop(answer('abc', 'def'), at, { include: true }))).toBe('abcd');
    expect(stop(answer('a', 'b'), (event) => event.type === 'text_delta', { include: true })).toEqual([start(), text('a'), stopped(), done()]);
  });

  it('stops at an event', () => {
    const asked: string[] = [];
    const seen = stop([start(), usageReport({}), text('a'), toolDelta({ index: 0 }, '{'), finish(), done()], (event) => {
      asked.push(event.type);
      return event.type === 'tool_call_delta';
    });
    expect(seen).toEqual([start(), usageReport({}), text('a'), stopped(), done()]);
    expect(asked).toEqual(['text_delta', 'tool_call_delta']);
  });

  it('leaves an answer without the text as it is', () => {
    const events = [start(), reasoning('STOP'), ...answer('a', 'b').slice(1)];
    const seen = stop(events, 'STOP');
    seen.forEach((event, index) => expect(event).toBe(events[index]));
  });

  it('stops each choice for itself, and the answer with the last of them', () => {
    const events = [start(2), text('aX', 1), text('b'), text('c', 1), toolDelta({}, '', 1), finish('length', 1), text('dX'), text('e')];
    // The text of choice 0 comes after choice 1 has stopped, the first that had come up.
    expect(stop([start(2), text('b'), ...events.slice(1)], 'X')).toEqual([
      start(2), text('b'), text('a', 1), stopped(1), text('b'), text('d'), stopped(), done('stop', 2),
    ]);
    expect(stop([start(), text('a'), text('b', 1), text('X', 1), finish('length'), text('c', 1)], 'X')).toEqual([
      start(), text('a'), text('b', 1), stopped(1), finish('length'), done('length'),
    ]);
  });

  it('finds at the end of a choice what it held, and tells the end once', () => {
    expect(stop([start(), text('abc'), finish('length'), done('length')], /c/)).toEqual([start(), text('ab'), stopped(), done()]);
  });

  it('begins anew at a start', () => {
    expect(stop([start(), text('ST'), start(2), text('OP'), finish(), done('stop', 2)], 'STOP')).toEqual([
      start(), start(2), text('OP'), finish(), done('stop', 2),
    ]);
  });

  it('T-TC-13: says of tool calls that they were cut, and so nobody runs them', async () => {
    const calls = [toolDelta({ index: 0, id: 'a', name: 'read' }, '{}'), toolDelta({ index: 1, id: 'b', name: 'write' }, '{"path":"/a","te')];
    const events = [start(), text('Well'), ...calls, toolDelta({ index: 1 }, 'xt":"hello"}'), finish('tool_calls'), done('tool_calls')];
    const atText: Stop = (event) => event.type === 'tool_call_delta' && event.delta.startsWith('xt');
    const cut: StreamEvent = { type: 'finish', choice: 0, reason: 'length' };
    expect(stop(events, atText)).toEqual([...events.slice(0, 4), cut, done('length')]);
    expect(stop(events, atText, { include: true })).toEqual([...events.slice(0, 5), cut, done('length')]);
    const complete = async <T>(operator: (source: Observable<StreamEvent>) => Observable<T>) =>
      lastValueFrom(operator(from(events).pipe(stopWhen(atText))).pipe(toArray()), { defaultValue: [] });
    expect(await complete(assembleToolCalls())).toMatchObject(expect.arrayContaining([
      expect.objectContaining({ type: 'tool_call', callId: 'a', complete: false }),
      expect.objectContaining({ type: 'tool_call', callId: 'b', complete: false }),
    ]) as object);
    expect(await complete(collectMessage())).toMatchObject([
      { content: [{ type: 'text' }, { callId: 'a', complete: false }, { callId: 'b', complete: false }], finishReason: 'length' },
    ]);
    const args = from(events).pipe(stopWhen(atText), byToolCall(), mergeMap((call) => call.args));
    await expect(lastValueFrom(args, { defaultValue: '' })).rejects.toMatchObject({ code: 'tool_input' });
  });

  it('T-TC-13: says so of each choice by itself, and forgets the calls at a start', () => {
    const events = [start(), toolDelta({ index: 0 }, '{}'), start(2), text('a'), toolDelta({ index: 0 }, '{', 1), text('b')];
    expect(stop(events, (event) => event.type === 'text_delta' && event.delta === 'b').slice(5)).toEqual([
      stopped(), { ...stopped(1), reason: 'length' }, done('stop', 2),
    ]);
    expect(stop([start(), toolDelta({ index: 0 }, '{'), text('aX')], 'X').slice(2)).toEqual([text('a'), { ...stopped(), reason: 'length' }, done('length')]);
  });

  it('takes the word of a finish for the calls before it', () => {
    const events = (reason: FinishReason) => [start(), toolDelta({ index: 0 }, '{}'), text('abc'), finish(reason), done(reason)];
    for (const reason of ['tool_calls', 'length'] as const)
      expect(stop(events(reason), /c/).slice(3)).toEqual([{ ...stopped(), reason }, done(reason)]);
  });

  it('lets nothing of a choice out behind its end', () => {
    expect(stop([start(), text('a', 1), text('bc'), toolDelta({}, '{}'), text('d', 1)], /c/)).toEqual([
      start(), text('b'), stopped(), text('ad', 1),
    ]);
  });

  it('hears a choice again that had stopped in an attempt before', () => {
    const again = [start(2), text('c', 1), finish('stop', 1), done('stop', 2)];
    expect(stop([start(), text('a'), text('bX', 1), ...again], 'X').slice(4)).toEqual(again);
  });

  it.each([[''], [[]], [['a', '']], [[1]], [undefined]])('refuses %j', (at) => {
    expect(() => stopWhen(at as string)).toThrow(expect.objectContaining({ code: 'config' }));
  });

  it('refuses a bound that is none', () => {
    expect(() => stopWhen(/a/, { maxLength: 0 })).toThrow(expect.objectContaining({ code: 'config' }));
  });

  describe('laws', () => {
    const { splits } = arbitraries(fc);
    const whole = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '😀', '\n'), maxLength: 120 });
    const cut = whole.chain((all) => splits(all).map((pieces) => ({ all, pieces })));
    const stops = fc.oneof(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '😀'), minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(/abc+a/, /\bb/, /^a$/m, /(?<!a)bb(?=c)/, /[^a]{3,}/u, /c$/),
    );

    it('law of cutting: any cut of the text ends it in the same place', () => {
      fc.assert(
        fc.property(cut, stops, fc.constantFrom(1, 8, 64), ({ all, pieces }, at, maxLength) => {
          expect(textOf(stop(answer(...pieces), at, { maxLength }))).toBe(textOf(stop(answer(all), at, { maxLength })));
        }),
        { numRuns: 1000 },
      );
    });

    it('law of the reference: the text before the stop that ends first is delivered, and with it, where told so', () => {
      fc.assert(
        fc.property(cut, stops, fc.boolean(), ({ all, pieces }, at, include) => {
          const ends =
            at instanceof RegExp
              ? [...all.matchAll(new RegExp(at.source, `${at.flags}g`))].map(({ index, 0: { length } }) => [index, index + length] as const)
              : at.flatMap((each) => (all.includes(each) ? [[all.indexOf(each), all.indexOf(each) + each.length] as const] : []));
          const first = [...ends].sort(([left, leftEnd], [right, rightEnd]) => leftEnd - rightEnd || left - right)[0];
          const expected = first === undefined ? all : all.slice(0, include ? first[1] : first[0]);
          expect(textOf(stop(answer(...pieces), at, { maxLength: 200, include }))).toBe(expected);
        }),
        { numRuns: 1000 },
      );
    });

    it('law of the bound: of texts it holds less than the longest has', () => {
      fc.assert(
        fc.property(cut, ({ pieces }) => {
          const source = new Subject<StreamEvent>();
          let held = 0;
          source.pipe(stopWhen(['abca', 'bb'])).subscribe((event) => (held -= event.type === 'text_delta' ? event.delta.length : 0));
          for (const piece of pieces) {
            held += piece.length;
            source.next(text(piece));
            if (!source.observed) return;
            expect(held).toBeLessThan(4);
          }
        }),
        { numRuns: 500 },
      );
    });

    it('law of grammar: what it makes of an answer is one', () => {
      fc.assert(
        fc.property(cut, cut, stops, ({ pieces }, { pieces: others }, at) => {
          const both = [...pieces.map((piece) => text(piece)), ...others.map((piece) => text(piece, 1))];
          const events = [start(), text(''), text('', 1), ...both, finish(), finish('length', 1), done()];
          let ended = false;
          from(events).pipe(stopWhen(at), verifyEvents()).subscribe({ complete: () => (ended = true) });
          expect(ended).toBe(true);
        }),
        { numRuns: 500 },
      );
    });

    it('law of time: even a bad pattern sees no more than its window', () => {
      const begin = performance.now();
      expect(textOf(stop(answer('a'.repeat(200_000)), /a*b/))).toHaveLength(200_000);
      expect(performance.now() - begin).toBeLessThan(5000);
    });
  });

  it('adds the events of an ending to any union', () => {
    expectTypeOf(of({ type: 'mine' as const }).pipe(stopWhen('x'))).toEqualTypeOf<Observable<{ type: 'mine' } | FinishEvent | DoneEvent>>();
    expectTypeOf(from<StreamEvent[]>([]).pipe(stopWhen(/x/))).toEqualTypeOf<Observable<StreamEvent>>();
  });

  describe.each<[string, Stop]>([['a text', 'STOP'], ['a pattern', /2 <b>!/], ['an event', () => false]])('the contract, with %s that does not come', (_, at) => {
    for (const { name, run } of operatorContract(() => stopWhen(at))) it(name, run);
  });

  describe.each<[string, Stop]>([['a text', '🙂<'], ['a pattern', /2 <b>/], ['an event', (event) => event.type === 'tool_call_delta']])('the contract, with %s', (_, at) => {
    // What its source does afterwards, an answer that has ended does not hear of.
    const except = ['passes errors on', 'resets on start'] as const;
    for (const { name, run } of operatorContract(() => stopWhen(at), { except })) it(name, run);
  });
});

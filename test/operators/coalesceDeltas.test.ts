import fc from 'fast-check';
import { animationFrameScheduler, asapScheduler, concat, concatWith, from, lastValueFrom, NEVER, of, queueScheduler, scheduled, subscribeOn, throwError, toArray, VirtualTimeScheduler } from 'rxjs';
import type { Observable } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { accumulateText, assembleToolCalls, coalesceDeltas, toAsyncIterable, type AnyEvent } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';
import { pacedSource } from '../support/pacedSource.ts';
import { frames, readResponse } from '../support/readResponse.ts';

/** What comes of events that all come in one turn. */
const joined = <E extends StreamEvent>(events: readonly E[]): E[] => {
  const seen: E[] = [];
  from(events).pipe(coalesceDeltas()).subscribe((event) => seen.push(event));
  return seen;
};

const audio = (delta: string, more: { id?: string; transcript?: string; expiresAt?: number } = {}): StreamEvent => ({ type: 'audio_delta', choice: 0, ...more, delta });

/** Anything a stream is made of, pieces that hardly fit together among it. */
const fragments = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom(text, reasoning), fc.string({ maxLength: 2 }), fc.nat(1)).map(([make, delta, choice]) => make(delta, choice)),
    fc
      .record({
        index: fc.option(fc.nat(1), { nil: undefined }),
        id: fc.option(fc.constantFrom('a', 'b', ''), { nil: undefined }),
        name: fc.option(fc.constantFrom('f', 'g'), { nil: undefined, freq: 6 }),
        delta: fc.constantFrom('{', '}', '{}', '{"a":', '1', ' ', '', '"', '}{'),
      })
      .map(({ delta, index, id, name }) =>
        toolDelta({ ...(index !== undefined && { index }), ...(id !== undefined && { id }), ...(name !== undefined && { name }) }, delta),
      ),
    fc.tuple(fc.constantFrom('AAAA', 'AA==', 'A', ''), fc.constantFrom('a', undefined)).map(([delta, id]) => audio(delta, id === undefined ? {} : { id })),
    fc.nat(3).map((detail) => ({ ...reasoning(''), details: [detail] })),
    fc.constantFrom(start(), usageReport({}), finish(), text('', 1)),
  ),
  { maxLength: 25 },
);

/** The same events, so many in each turn. */
const inTurns = (events: readonly StreamEvent[], sizes: readonly number[]): Observable<StreamEvent> => {
  const ends = sizes.map((_, at) => sizes.slice(0, at + 1).reduce((sum, size) => sum + size, 0));
  const turns = [...ends, events.length].map((end, at) => events.slice(ends[at - 1] ?? 0, end));
  return concat(...turns.map((turn) => scheduled(turn, queueScheduler).pipe(subscribeOn(asapScheduler))));
};

/** A part of an answer, whole. */
interface Part {
  readonly label: string;
  delta: string;
  details: readonly unknown[];
}

/** What a stream says: its parts in order. */
const partsIn = (events: readonly StreamEvent[]): Part[] => {
  const parts: Part[] = [];
  for (const event of events) {
    const { delta = '', details = [], ...rest } = event as StreamEvent & { readonly delta?: string; readonly details?: readonly unknown[] };
    const label = JSON.stringify(rest);
    const last = parts.at(-1);
    if (last?.label !== label || !event.type.endsWith('_delta')) parts.push({ label, delta, details });
    else {
      last.delta += delta;
      last.details = [...last.details, ...details];
    }
  }
  return parts;
};

/** What is made of an answer besides its pieces: whole tool calls, usage, finish. */
const rest = (events: readonly StreamEvent[]): AnyEvent[] => {
  const seen: AnyEvent[] = [];
  from(events)
    .pipe(assembleToolCalls())
    .subscribe((event) => {
      if (!event.type.endsWith('_delta')) seen.push(event);
    });
  return seen;
};

const shown = (events: readonly StreamEvent[], choice: number): string => {
  let latest = '';
  from(events)
    .pipe(accumulateText({ choice }))
    .subscribe((text) => (latest = text));
  return latest;
};

describe('coalesceDeltas', () => {
  it('joins what comes in one turn', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-(tuc)----(tt)-f-(d|)', { s: start(), t: text('a'), u: text('b'), c: toolDelta({ index: 0 }, '{'), f: finish(), d: done() });
      const subscription = '^-----------------!';
      const expected = '    s-(vc)-----w----f-(d|)';
      const values = { s: start(), v: text('ab'), c: toolDelta({ index: 0 }, '{'), w: text('aa'), f: finish(), d: done() };
      expectObservable(source.pipe(coalesceDeltas())).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('joins what comes within everyMs of the first piece', () =>
    marbles(({ hot, expectObservable }) => {
      const source = hot('  s-t-t-t-t-t-|', { s: start(), t: text('a') });
      const expected = '    s----v---w--(x|)';
      expectObservable(source.pipe(coalesceDeltas({ everyMs: 3 }))).toBe(expected, { s: start(), v: text('aa'), w: text('aa'), x: text('a') });
    }));

  it('joins what comes within a frame', () =>
    marbles(({ hot, animate, expectObservable }) => {
      animate('             -----x-----x');
      const source = hot('  --t-t----t-----|', { t: text('a') });
      const expected = '    -----v-----w---|';
      expectObservable(source.pipe(coalesceDeltas({ scheduler: animationFrameScheduler }))).toBe(expected, { v: text('aa'), w: text('a') });
    }));

  it('hands on what it holds before anything that is no piece, and an error', () =>
    marbles(({ hot, expectObservable }) => {
      const values = { s: start(), t: text('a'), u: usageReport({}) };
      expectObservable(hot('s-t-u-t-s-t-#', values).pipe(coalesceDeltas({ everyMs: 50 }))).toBe('s---(tu)(ts)(t#)', values);
    }));

  it('drops what it holds when it is left, and its timer with it', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-t-t--', { s: start(), t: text('a') });
      const left = '        ^----!';
      expectObservable(source.pipe(coalesceDeltas({ everyMs: 10 })), left).toBe('s------', { s: start() });
      expectSubscriptions(source.subscriptions).toBe(left);
    }));

  it('leaves no timer behind', () => {
    const clock = new VirtualTimeScheduler();
    const subscription = from([text('a')]).pipe(concatWith(NEVER), coalesceDeltas({ everyMs: 10, scheduler: clock })).subscribe();
    expect(clock.actions).toHaveLength(1);
    subscription.unsubscribe();
    expect(clock.actions).toHaveLength(0);
  });

  it('keeps apart what is not of one part', () => {
    const events = [text('a'), reasoning('b'), text('c', 1), text('d'), toolDelta({ index: 0 }, '1'), toolDelta({ index: 1 }, '2'), toolDelta({}, '3')];
    expect(joined(events)).toEqual(events);
  });

  it('joins refusals, and reasoning with its details in order', () => {
    const details = (...all: unknown[]): StreamEvent => ({ type: 'reasoning_delta', choice: 0, delta: '', details: all });
    const refusal = (delta: string): StreamEvent => ({ type: 'refusal_delta', choice: 0, delta });
    expect(joined([reasoning('a'), details(1, 2), reasoning('b'), details(3)])).toEqual([{ ...reasoning('ab'), details: [1, 2, 3] }]);
    expect(joined([refusal('I '), refusal('won’t')])).toEqual([refusal('I won’t')]);
  });

  it('changes none of the events it was given', () => {
    const details = [1];
    const events = [{ ...reasoning('a'), details }, { ...reasoning('b'), details: [2] }, text('c'), text('d')];
    const before = structuredClone(events);
    joined(events);
    expect(events).toEqual(before);
  });

  it('leaves the piece that opens a call alone, and joins the rest of it', () => {
    const opening = toolDelta({ index: 0, id: 'c', name: 'f' });
    expect(joined([opening, toolDelta({ index: 0 }, '{"a":'), toolDelta({ index: 0 }, '{}}')])).toEqual([opening, toolDelta({ index: 0 }, '{"a":{}}')]);
  });

  it('keeps apart where another call may begin', () => {
    const named = toolDelta({ index: 0, name: 'f' }, '1');
    expect(joined([named, named])).toEqual([named, named]);
    const whole = toolDelta({ index: 0 }, '{"a":1}');
    expect(joined([whole, whole])).toEqual([whole, whole]);
    const blank = toolDelta({ index: 0 }, ' ');
    expect(joined([whole, blank, whole])).toEqual([toolDelta({ index: 0 }, '{"a":1} '), whole]);
    const numbered = toolDelta({ index: 0, id: 'r' }, '}');
    expect(joined([numbered, numbered])).toEqual([numbered, numbered]);
    const extra = { ...toolDelta({ index: 0 }, '1'), extra: { signature: 's' } };
    expect(joined([extra, extra])).toEqual([extra, extra]);
  });

  it('keeps audio apart where its base64 would not go on', () => {
    expect(joined([audio('AAAA', { transcript: 'a' }), audio('BBBB', { transcript: 'b' }), audio('CC==')])).toEqual([audio('AAAABBBBCC==', { transcript: 'ab' })]);
    expect(joined([audio('AA=='), audio('BBBB'), audio('CCC'), audio('DDDD')])).toEqual([audio('AA=='), audio('BBBBCCC'), audio('DDDD')]);
    expect(joined([audio('AAAA', { id: 'a' }), audio('BBBB', { id: 'b' }), audio('', { id: 'b', expiresAt: 1 })])).toHaveLength(3);
  });

  it('joins only events whose other fields are the same, also those that others have added', () => {
    const marked = (part: number): StreamEvent & object => ({ ...text('a'), ...{ part } });
    expect(joined([marked(1), marked(1), marked(2), text('b')])).toEqual([{ ...marked(1), delta: 'aa' }, marked(2), text('b')]);
  });

  it('T-BP-03: lets a slow reader behind it make the source wait, also by what comes later', async () => {
    const source = pacedSource<StreamEvent>();
    const slow = toAsyncIterable({ highWaterMark: 0 })(source.values.pipe(coalesceDeltas()))[Symbol.asyncIterator]();
    const first = slow.next();
    source.emit(start());
    await first;
    source.emit(text('a'), text('b'));
    expect(source.holds).toBe(0);
    await Promise.resolve();
    await Promise.resolve();
    expect(source.holds).toBe(1);
    expect((await slow.next()).value).toEqual(text('ab'));
    expect(source.holds).toBe(0);
  });

  it('law of conservation: text and tool calls are what they are without it, in any choice', async () => {
    await fc.assert(
      fc.asyncProperty(fragments, fc.array(fc.nat({ max: 5 }), { maxLength: 20 }), async (events, cuts) => {
        const seen = await lastValueFrom(inTurns(events, cuts).pipe(coalesceDeltas(), toArray()), { defaultValue: [] });
        expect(rest(seen)).toEqual(rest(events));
        expect(partsIn(seen)).toEqual(partsIn(events));
        for (const choice of [0, 1]) expect(shown(seen, choice)).toBe(shown(events, choice));
      }),
      { numRuns: 1000 },
    );
  });

  it('law of order: every piece of every part comes once, at its place', () => {
    fc.assert(
      fc.property(fragments, (events) => {
        expect(partsIn(joined(events))).toEqual(partsIn(events));
      }),
      { numRuns: 1000 },
    );
  });

  it('law of conservation: an error takes nothing of what came before it', () => {
    fc.assert(
      fc.property(fragments, (events) => {
        const seen: StreamEvent[] = [];
        concat(from(events), throwError(() => new Error('gone')))
          .pipe(coalesceDeltas({ everyMs: 1000 }))
          .subscribe({
            next: (event) => seen.push(event),
            error: () => undefined,
          });
        expect(partsIn(seen)).toEqual(partsIn(events));
      }),
    );
  });

  it('gives the same answer as without it, for any answer an endpoint may give', () => {
    fc.assert(
      fc.property(arbitraries(fc).answers(), ({ chunks }) => {
        const { events } = readResponse([frames(...chunks, '[DONE]')]);
        expect(rest(joined(events))).toEqual(rest(events));
        expect(partsIn(joined(events))).toEqual(partsIn(events));
      }),
      { numRuns: 300 },
    );
  });

  it('takes time linear in the length of the answer, and not its square', () => {
    const began = performance.now();
    const [whole] = joined(Array.from({ length: 200_000 }, () => ({ ...reasoning('word '), details: [1] })));
    expect(whole?.details).toHaveLength(200_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  // What it holds is no answer that is not decided yet: it had come before the error, and would have been seen without it.
  for (const law of operatorContract(() => coalesceDeltas(), { except: ['releases nothing it holds when its source fails'] })) it(law.name, law.run);
  for (const law of operatorContract(() => coalesceDeltas({ everyMs: 1 }), { except: ['releases nothing it holds when its source fails'] })) it(`${law.name}, with a clock`, law.run);

  it('refuses options that would pass in silence', () => {
    expect(() => coalesceDeltas({ everyMs: -1 })).toThrow('`everyMs` of `coalesceDeltas` must be a number of at least 0');
    expect(() => coalesceDeltas({ everyMs: NaN })).toThrow('at least 0');
    // @ts-expect-error: no such option
    expect(() => coalesceDeltas({ everyM: 1 })).toThrow('did you mean `everyMs`?');
  });

  it('infers in a pipe', () => {
    const events: Observable<StreamEvent> = of(text('a'));
    expectTypeOf(events.pipe(coalesceDeltas())).toEqualTypeOf<Observable<StreamEvent>>();
    expectTypeOf(events.pipe(coalesceDeltas({ everyMs: 50 }), accumulateText())).toEqualTypeOf<Observable<string>>();
    // @ts-expect-error: what has no type is no event
    void of(1).pipe(coalesceDeltas());
  });
});

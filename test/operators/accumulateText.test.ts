import fc from 'fast-check';
import { from, of, type Observable } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { accumulateText, stripThink } from 'rx-completions/operators';
import { operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const read = (source: Iterable<StreamEvent>, config?: Parameters<typeof accumulateText>[0]): string[] => {
  const seen: string[] = [];
  from(source).pipe(accumulateText(config)).subscribe((shown) => seen.push(shown));
  return seen;
};

describe('accumulateText', () => {
  it('emits the text so far at each delta', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-t-u-r-v-f-(d|)', {
        s: start(),
        t: text('Hel'),
        u: text('lo'),
        r: reasoning('hm'),
        v: text('!'),
        f: finish(),
        d: done(),
      });
      const subscription = '^-----------!';
      const expected = '    --a-b---c---|';
      expectObservable(source.pipe(accumulateText())).toBe(expected, { a: 'Hel', b: 'Hello', c: 'Hello!' });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('clears what it has shown when a start voids it', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-t-s-v-|', { s: start(), t: text('half'), v: text('whole') });
      const subscription = '^-------!';
      const expected = '    --a-b-c-|';
      expectObservable(source.pipe(accumulateText())).toBe(expected, { a: 'half', b: '', c: 'whole' });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('passes an error on after what it has shown', () =>
    marbles(({ hot, expectObservable }) => {
      const source = hot('  s-t-#', { s: start(), t: text('half') });
      const expected = '    --a-#';
      expectObservable(source.pipe(accumulateText())).toBe(expected, { a: 'half' });
    }));

  it('emits nothing for a start with nothing to clear', () => {
    expect(read([start(), start(2), text('a'), start(3), start(4)])).toEqual(['a', '']);
  });

  it('reads the choice it is told and no other', () => {
    const events = [text('a', 0), text('b', 1), text('c', 0), finish('stop', 0), text('d', 1)];
    expect(read(events)).toEqual(['a', 'ac']);
    expect(read(events, { choice: 1 })).toEqual(['b', 'bd']);
    expect(read(events, { choice: 2 })).toEqual([]);
  });

  it('T-TH-12: leaves think tags alone', () => {
    expect(read([text('<think>hm</think>Yes')])).toEqual(['<think>hm</think>Yes']);
  });

  it('joins a surrogate pair that came in two deltas (fault 70)', () => {
    expect(read([text('\ud83d'), text('\ude00')]).at(-1)).toBe('😀');
  });

  it('law of conservation: the last text is all deltas of the choice since the last start', () => {
    const event = fc.oneof(
      fc.record({ delta: fc.string({ maxLength: 4 }), choice: fc.nat(1) }).map((t) => text(t.delta, t.choice)),
      fc.constantFrom(start(), reasoning('r'), toolDelta({ index: 0 }, '{'), usageReport({ prompt_tokens: 1 })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        const live = events.slice(events.findLastIndex(({ type }) => type === 'start') + 1);
        const whole = live.map((e) => (e.type === 'text_delta' && e.choice === 0 ? e.delta : '')).join('');
        expect(read(events).at(-1) ?? '').toBe(whole);
      }),
      { numRuns: 1000 },
    );
  });

  it('law of rollback: what came before a start does not change what comes after it', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string(), { minLength: 1 }), (before, after) => {
        const alone = read([start(), ...after.map((delta) => text(delta))]);
        const second = read([start(), ...before.map((delta) => text(delta)), start(2), ...after.map((delta) => text(delta))]);
        expect(second.slice(-alone.length)).toEqual(alone);
      }),
      { numRuns: 1000 },
    );
  });

  for (const law of operatorContract(() => accumulateText())) it(law.name, law.run);

  it('infers its input in a pipe', () => {
    const events: Observable<StreamEvent> = of(text('a'));
    expectTypeOf(events.pipe(accumulateText())).toEqualTypeOf<Observable<string>>();
    expectTypeOf(events.pipe(stripThink(), accumulateText({ choice: 1 }))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(accumulateText()([text('a')])).toEqualTypeOf<Observable<string>>();
    // @ts-expect-error: what has no type is no event
    void of(1).pipe(accumulateText());
    // @ts-expect-error: the choice is a number
    accumulateText({ choice: 'first' });
  });
});

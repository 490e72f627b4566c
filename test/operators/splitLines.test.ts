import fc from 'fast-check';
import { from, type Observable } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { splitLines, type SplitLinesConfig } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, start, text } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const read = (source: Iterable<StreamEvent>, config?: SplitLinesConfig): string[] => {
  const seen: string[] = [];
  from(source).pipe(splitLines(config)).subscribe((line) => seen.push(line));
  return seen;
};

describe('splitLines', () => {
  it('emits a line once its end is whole, and the last one where the choice ends', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-t-u-v-f-(d|)', { s: start(), t: text('one\r'), u: text('\ntw'), v: text('o'), f: finish(), d: done() });
      const subscription = '^---------!';
      const expected = '    ----a---b-|';
      expectObservable(source.pipe(splitLines())).toBe(expected, { a: 'one\r\n', b: 'two' });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('emits the last one at completion, and none on error', () =>
    marbles(({ hot, expectObservable }) => {
      const values = { t: text('a\nb\r') };
      expectObservable(hot('t-|', values).pipe(splitLines())).toBe('a-(b|)', { a: 'a\n', b: 'b\r' });
      expectObservable(hot('t-#', values).pipe(splitLines())).toBe('a-#', { a: 'a\n' });
    }));

  it('knows every line end, and leaves it out where told so', () => {
    expect(read([text('a\nb\rc\r\nd\n\r\n\n')])).toEqual(['a\n', 'b\r', 'c\r\n', 'd\n', '\r\n', '\n']);
    expect(read([text('a\n\r\nb\u2028c')], { trim: true })).toEqual(['a', '', 'b\u2028c']);
  });

  it('voids at a start what it holds, and reads its choice only', () => {
    expect(read([text('a\r'), start(2), text('\nb\n'), text('x\n', 1)])).toEqual(['\n', 'b\n']);
    expect(read([text('a\nb'), text('x\ny', 1)], { choice: 1 })).toEqual(['x\n', 'y']);
  });

  it('law of the reference: however the text is cut, the lines are those of the whole text', () => {
    const { splits } = arbitraries(fc);
    const whole = fc.array(fc.constantFrom('a', 'bc', '\r', '\n', '\r\n'), { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(whole.chain((all) => splits(all).map((pieces) => ({ all, pieces }))), ({ all, pieces }) => {
        const lines = read(pieces.map((piece) => text(piece)));
        expect(lines).toEqual(all.match(/[^\r\n]*(\r\n|\r|\n)|[^\r\n]+$/g) ?? []);
        expect(lines.join('')).toBe(all);
      }),
      { numRuns: 1000 },
    );
  });

  it('has a type of its own', () => {
    expectTypeOf(from<StreamEvent[]>([]).pipe(splitLines())).toEqualTypeOf<Observable<string>>();
  });

  describe('the contract', () => {
    for (const { name, run } of operatorContract(() => splitLines())) it(name, run);
  });
});

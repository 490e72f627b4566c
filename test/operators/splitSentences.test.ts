import fc from 'fast-check';
import { from, type Observable } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { splitSentences, type SplitSentencesConfig } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const read = (source: Iterable<StreamEvent>, config: SplitSentencesConfig = { locale: 'en' }): string[] => {
  const seen: string[] = [];
  from(source).pipe(splitSentences(config)).subscribe((sentence) => seen.push(sentence));
  return seen;
};

const split = (whole: string, config?: SplitSentencesConfig): string[] => read([text(whole)], config);

describe('splitSentences', () => {
  it('emits a sentence once it is certain that it is over', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const values = { s: start(), t: text('At 3.'), u: text('14 p.m. '), v: text('Yes! N'), w: text('o'), f: finish(), d: done() };
      const source = hot('  s-t-u-v-w-f-(d|)', values);
      const subscription = '^-----------!';
      const expected = '    ------a---b-|';
      expectObservable(source.pipe(splitSentences({ locale: 'en' }))).toBe(expected, { a: 'At 3.14 p.m. Yes! ', b: 'No' });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('emits the last one at completion, and none on error', () =>
    marbles(({ hot, expectObservable }) => {
      const values = { t: text('Well. I') };
      expectObservable(hot('t-|', values).pipe(splitSentences())).toBe('a-(b|)', { a: 'Well. ', b: 'I' });
      expectObservable(hot('t-#', values).pipe(splitSentences())).toBe('a-#', { a: 'Well. ' });
    }));

  it.each<[string, string, ...string[]]>([
    ['en', 'sentences', 'One. ', 'Two! ', 'Three? ', 'Four'],
    ['en', 'numbers', 'It is 3.14 or 2. 5 in all. ', 'Yes.'],
    ['en', 'names in code', 'Call foo.bar(a.b). ', 'Then go.'],
    ['en', 'an ellipsis', 'Well... maybe. ', 'Or... ', 'No.'],
    ['en', 'titles', 'Mr. Smith met Dr. No. ', 'They talked.'],
    ['en', 'initials', 'J. S. Bach and the U.S. Army. ', 'Fine.'],
    ['en', 'a list', '1. First one.\n', '2. Second one.\n', '10. Tenth.'],
    ['en', 'a year', 'It was in 2020. ', 'Then it ended.'],
    ['en', 'quotes', 'He said “Go!” ', '“No.” ', 'Fine.'],
    ['en', 'lines', 'A title\n', '\n', 'Some text.\r\n', 'More'],
    ['en', 'emoji', 'Great! ', '🎉 Next.'],
    ['de', 'abbreviations', 'Das ist z. B. Bach, d. h. ca. 300 Jahre alt, vgl. Nr. 5 im Buch. ', 'Gut.'],
    ['de', 'ordinals', 'Am 3. Oktober war es. ', 'Ja.'],
    ['zh', 'marks without blanks', '你好。', '今天天气很好！', '是吗？', '好'],
    ['ja', 'marks of other scripts', '「はい。」', 'そう。', 'いいえ'],
  ])('%s: knows %s', (locale, _, ...sentences) => {
    const whole = sentences.join('');
    expect(split(whole, { locale })).toEqual(sentences);
    expect(read([...whole.split('').map((piece) => text(piece))], { locale })).toEqual(sentences);
  });

  it('takes further abbreviations', () => {
    expect(split('See Sec. Four. Yes', { locale: 'en' })).toHaveLength(3);
    expect(split('See Sec. Four. Yes', { locale: 'en', abbreviations: ['Sec'] })).toEqual(['See Sec. Four. ', 'Yes']);
  });

  it('leaves out blanks where told so', () => {
    expect(split(' One. \n\n Two.', { trim: true, locale: 'en' })).toEqual(['One.', 'Two.']);
  });

  it('reads the text of its choice only, to where that ends', () => {
    const events = [start(), text('One'), reasoning('hm. Hm'), text('Other. O', 1), text('s. Let me see'), toolDelta({ index: 0 }, '{'), text('So'), finish('stop', 1), finish(), done()];
    expect(read(events)).toEqual(['Ones. ', 'Let me see', 'So']);
    expect(read(events, { choice: 1 })).toEqual(['Other. ', 'O']);
  });

  it('voids at a start what it holds', () => {
    expect(read([start(), text('One. Tw'), start(2), text('Three'), done()])).toEqual(['One. ', 'Three']);
  });

  describe('laws', () => {
    const { splits } = arbitraries(fc);
    const parts = ['a', 'B', 'Dr', '3', '.', '!', '?', '…', '。', ' ', '  ', '\n', '\r', '\r\n', ',', '"', ')', '“', '🙂', 'é', '\u2028', '-', '字'];
    const whole = fc.array(fc.constantFrom(...parts), { maxLength: 30 }).map((all) => all.join(''));
    const cut = whole.chain((all) => splits(all).map((pieces) => ({ all, pieces })));
    const segment = (all: string): string[] => [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(all)].map((each) => each.segment);

    it('law of cutting: any cut of the text gives the same sentences', () => {
      fc.assert(
        fc.property(cut, ({ all, pieces }) => {
          expect(read(pieces.map((piece) => text(piece)))).toEqual(split(all));
        }),
        { numRuns: 2000 },
      );
    });

    it('law of conservation: the sentences joined are the text', () => {
      fc.assert(
        fc.property(cut, ({ all, pieces }) => {
          expect(read(pieces.map((piece) => text(piece))).join('')).toBe(all);
        }),
        { numRuns: 1000 },
      );
    });

    it('law of the reference: a sentence ends where Intl.Segmenter ends one, and everywhere it does where no full stop stands', () => {
      const ends = (sentences: readonly string[]): number[] => {
        let at = 0;
        return sentences.map(({ length }) => (at += length));
      };
      fc.assert(
        fc.property(whole, (all) => {
          const known = new Set(ends(segment(all)));
          expect(ends(split(all)).filter((end) => !known.has(end))).toEqual([]);
          const bare = all.replaceAll('.', '');
          expect(split(bare)).toEqual(segment(bare));
        }),
        { numRuns: 2000 },
      );
    });

    it('law of time: a long text without a sentence is read in time linear in it', () => {
      const time = (length: number): number => {
        const begin = performance.now();
        read(Array.from({ length: length / 4 }, () => text('a.b+')));
        return performance.now() - begin;
      };
      time(40_000);
      expect(time(400_000)).toBeLessThan(60 * Math.max(time(40_000), 5));
    });

    it('law of time: marks that go on and on are read in time linear in them', () => {
      const time = (length: number): number => {
        const begin = performance.now();
        split('.'.repeat(length));
        return performance.now() - begin;
      };
      time(20_000);
      expect(time(200_000)).toBeLessThan(50 * Math.max(time(20_000), 5));
    });
  });

  it('has a type of its own', () => {
    expectTypeOf(from<StreamEvent[]>([]).pipe(splitSentences())).toEqualTypeOf<Observable<string>>();
  });

  describe('the contract', () => {
    for (const { name, run } of operatorContract(() => splitSentences())) it(name, run);
  });
});

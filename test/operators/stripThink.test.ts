import fc from 'fast-check';
import { from, of, Subject, take, type Observable } from 'rxjs';
import { CompletionError, type ReasoningDeltaEvent, type StreamEvent } from 'rx-completions';
import { accumulateText, stripThink, type StripThinkConfig } from 'rx-completions/operators';
import { operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const strip = (source: Iterable<StreamEvent>, config?: StripThinkConfig): StreamEvent[] => {
  const seen: StreamEvent[] = [];
  from(source).pipe(stripThink(config)).subscribe((event) => seen.push(event));
  return seen;
};

type Run = ['text' | 'thought', string];

/** Text and thinking of one choice in order, pieces of one kind joined. */
const runs = (events: Iterable<StreamEvent>, choice = 0): Run[] => {
  const joined: Run[] = [];
  for (const event of events) {
    if ((event.type !== 'text_delta' && event.type !== 'reasoning_delta') || event.choice !== choice) continue;
    const kind = event.type === 'text_delta' ? 'text' : 'thought';
    const last = joined.at(-1);
    if (last?.[0] === kind) last[1] += event.delta;
    else joined.push([kind, event.delta]);
  }
  return joined;
};

const split = (whole: string, config?: StripThinkConfig): Run[] => runs(strip([text(whole)], config));

const cutAt = (whole: string, cuts: readonly number[]): string[] => {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length])].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => whole.slice(at[index], end));
};

const PAIRS = [
  ...['think', 'thinking', 'thought', 'reasoning', 'seed:think'].map((name) => [`<${name}>`, `</${name}>`] as const),
  ['[THINK]', '[/THINK]'] as const,
  ['◁think▷', '◁/think▷'] as const,
];

/** What `stripThink` does, said of a whole text at once: look for the next tag, take what is before it, go on behind it. */
const reference = (
  whole: string,
  { startsInside = false, position = 'leading', onOrphanClose = 'keep', trim = true }: StripThinkConfig,
): Run[] => {
  const found: Run[] = [];
  const add = (kind: Run[0], run: string): void => {
    const last = found.at(-1);
    if (run === '') return;
    if (last?.[0] === kind) last[1] += run;
    else found.push([kind, run]);
  };
  const earliest = (inText: string, tags: readonly string[]): { at: number; tag: string } | undefined =>
    tags
      .map((tag) => ({ at: inText.indexOf(tag), tag }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0];
  const closes = PAIRS.map(([, close]) => close);

  let rest = whole;
  let answered = false;
  let inside: readonly string[] | undefined = startsInside ? closes : undefined;
  const blanks = /^\s*/.exec(rest)![0];
  const redundant = PAIRS.find(([open]) => rest.startsWith(open, blanks.length));
  if (startsInside && redundant) {
    if (!trim) add('thought', blanks);
    rest = rest.slice(blanks.length + redundant[0].length);
    inside = [redundant[1]];
  }
  for (;;) {
    if (inside) {
      if (trim) rest = rest.trimStart();
      const close = earliest(rest, inside);
      add('thought', rest.slice(0, close?.at));
      if (!close) return found;
      rest = rest.slice(close.at + close.tag.length);
      inside = undefined;
      if (trim && !answered) rest = rest.trimStart();
    } else {
      const opens = PAIRS.map(([open]) => open).filter(
        (open) => position === 'anywhere' || (!answered && rest.trimStart().startsWith(open)),
      );
      const tag = earliest(rest, onOrphanClose === 'strip' ? [...opens, ...closes] : opens);
      const before = rest.slice(0, tag?.at);
      add('text', before);
      if (!tag) return found;
      answered ||= before.trim() !== '';
      rest = rest.slice(tag.at + tag.tag.length);
      const pair = PAIRS.find(([open]) => open === tag.tag);
      if (pair) inside = [pair[1]];
      else if (trim && !answered) rest = rest.trimStart();
    }
  }
};

/** Whether `out` is `whole` with some tags taken out and nothing else. */
const isWithoutTags = (whole: string, out: string): boolean => {
  const tags = PAIRS.flat();
  // For each length of `whole` read, the lengths of `out` that may account for it.
  const reach = Array.from({ length: whole.length + 1 }, () => new Set<number>());
  reach[0]!.add(0);
  for (let at = 0; at < whole.length; at += 1) {
    for (const end of reach[at]!) {
      if (whole[at] === out[end]) reach[at + 1]!.add(end + 1);
      for (const tag of tags) if (whole.startsWith(tag, at)) reach[at + tag.length]!.add(end);
    }
  }
  return reach[whole.length]!.has(out.length);
};

describe('stripThink', () => {
  describe('over time', () => {
    const events = { s: start(), f: finish(), d: done(), u: usageReport({ prompt_tokens: 1 }) };

    it('turns a leading block into reasoning and drops the tags', () =>
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source = hot('  s-t-u-v-f-(d|)', { ...events, t: text('<think>hm'), u: text('m</thi'), v: text('nk>Yes') });
        const subscription = '^---------!';
        const expected = '    s-r-q-t-f-(d|)';
        expectObservable(source.pipe(stripThink())).toBe(expected, {
          ...events,
          r: reasoning('hm'),
          q: reasoning('m'),
          t: text('Yes'),
        });
        expectSubscriptions(source.subscriptions).toBe(subscription);
      }));

    it('T-TH-01: holds back a possible tag until it is decided', () =>
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source = hot('  s-a-b-c-|', { ...events, a: text('<th'), b: text('e'), c: text('y>') });
        const subscription = '^-------!';
        const expected = '    s---t-c-|';
        expectObservable(source.pipe(stripThink())).toBe(expected, { ...events, t: text('<the'), c: text('y>') });
        expectSubscriptions(source.subscriptions).toBe(subscription);
      }));

    it('T-TH-02: releases what it holds at completion, as the text or thinking it is', () =>
      marbles(({ hot, expectObservable }) => {
        const source = hot('  s-a-|   ', { ...events, a: text('<thi') });
        const expected = '    s---(t|)';
        expectObservable(source.pipe(stripThink())).toBe(expected, { ...events, t: text('<thi') });
        const open = hot('    s-a-|   ', { ...events, a: text('<think>hm</thi') });
        const unclosed = '    s-r-(q|)';
        expectObservable(open.pipe(stripThink())).toBe(unclosed, { ...events, r: reasoning('hm'), q: reasoning('</thi') });
      }));

    it('does not release what it holds on error', () =>
      marbles(({ hot, expectObservable }) => {
        const source = hot('  s-a-#', { ...events, a: text('<thi') });
        const expected = '    s---#';
        expectObservable(source.pipe(stripThink())).toBe(expected, events);
      }));

    it('emits no more once its consumer has enough, even in the middle of a delta', () =>
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source = hot('  s-a-b-|', { ...events, a: text('<think>hm</think>Yes'), b: text('!') });
        const subscription = '^-!';
        const expected = '    s-(r|)';
        expectObservable(source.pipe(stripThink(), take(2))).toBe(expected, { ...events, r: reasoning('hm') });
        expectSubscriptions(source.subscriptions).toBe(subscription);
      }));
  });

  describe('tags', () => {
    it.each([
      ['<think>a</think>b'],
      ['<thinking>a</thinking>b'],
      ['<thought>a</thought>b'],
      ['<reasoning>a</reasoning>b'],
      ['<seed:think>a</seed:think>b'],
      ['[THINK]a[/THINK]b'],
      ['◁think▷a◁/think▷b'],
    ])('reads %s without being told', (whole) => {
      expect(split(whole)).toEqual([
        ['thought', 'a'],
        ['text', 'b'],
      ]);
    });

    it('closes a block only with the tag that opened it', () => {
      expect(split('<think>a</thinking>b</think>c')).toEqual([
        ['thought', 'a</thinking>b'],
        ['text', 'c'],
      ]);
    });

    it('counts only the tags it is given', () => {
      const tags = ['plan', { open: '«', close: '»' }];
      expect(split('<plan>a</plan>«b»c', { tags })).toEqual([
        ['thought', 'ab'],
        ['text', 'c'],
      ]);
      expect(split('<think>a</think>b', { tags })).toEqual([['text', '<think>a</think>b']]);
      expect(split('<think>a</think>b', { tags: [] })).toEqual([['text', '<think>a</think>b']]);
    });

    it('matches case exactly', () => {
      expect(split('<Think>a</Think>b')).toEqual([['text', '<Think>a</Think>b']]);
    });

    it('prefers the shorter of two tags, however they are cut', () => {
      const tags = [
        { open: '[THINK]', close: '[/THINK]' },
        { open: '[T', close: ']' },
      ];
      for (const pieces of [['[THINK]b'], '[THINK]b'.split('')])
        expect(runs(strip(pieces.map((piece) => text(piece)), { tags }))).toEqual([
          ['thought', 'HINK'],
          ['text', 'b'],
        ]);
    });

    it.each([[['']], [['<think>']], [[{ open: '', close: 'x' }]], [[{ open: 'x', close: '' }]]])(
      'refuses %j as tags before anything is subscribed',
      (tags) => {
        expect(() => stripThink({ tags })).toThrow(expect.objectContaining({ code: 'config' }));
      },
    );
  });

  describe('position', () => {
    it('T-TH-06: leaves a tag alone once the answer has begun', () => {
      const prose = 'Use `<think>` like this:\n```\n<think>x</think>\n```';
      expect(split(prose)).toEqual([['text', prose]]);
      expect(split(`<think>hm</think>${prose}`)).toEqual([
        ['thought', 'hm'],
        ['text', prose],
      ]);
    });

    it('T-TH-06: finds a tag in all of the text when told so, code included', () => {
      expect(split('a <think>b</think> c `<think>d</think>`', { position: 'anywhere' })).toEqual([
        ['text', 'a '],
        ['thought', 'b'],
        ['text', ' c `'],
        ['thought', 'd'],
        ['text', '`'],
      ]);
    });

    it('counts a tag after blanks as leading', () => {
      expect(split(' \n<think>a</think>b')).toEqual([
        ['text', ' \n'],
        ['thought', 'a'],
        ['text', 'b'],
      ]);
    });

    it('does not count text of the reasoning channel, nor of another choice, as the beginning of the answer', () => {
      const events = strip([reasoning('r'), text('x', 1), text('<think>a</think>b')]);
      expect(runs(events)).toEqual([
        ['thought', 'ra'],
        ['text', 'b'],
      ]);
    });
  });

  describe('blocks', () => {
    it('T-TH-13: takes further leading blocks for thinking too', () => {
      const events = strip([text('<think>a</think>\n<think>b</think>c')]);
      expect(events).toEqual([reasoning('a'), reasoning('b'), text('c')]);
    });

    it('T-TH-13: ends at the first close tag, also within nested tags', () => {
      expect(split('<think>a<think>b</think>c</think>d')).toEqual([
        ['thought', 'a<think>b'],
        ['text', 'c</think>d'],
      ]);
    });

    it('T-TH-13: emits nothing for an empty block', () => {
      expect(strip([text('<think></think>a')])).toEqual([text('a')]);
      expect(strip([text('<think>'), text('\n\n'), text('</think>'), text('\n\n'), text('a')])).toEqual([text('a')]);
    });

    it('T-TH-02: takes a block left open for thinking, to the end', () => {
      expect(strip([text('<think>hm'), text(' <'), finish()])).toEqual([
        reasoning('hm'),
        reasoning(' '),
        reasoning('<'),
        finish(),
      ]);
    });

    it.each(['<', '<thi', 'a <', 'a</think', '<think', '<<think', ' '])('T-TH-02: loses nothing of %j', (whole) => {
      expect(split(whole)).toEqual([['text', whole]]);
      expect(split(whole, { position: 'anywhere', onOrphanClose: 'strip' })).toEqual([['text', whole]]);
    });

    it('finds a tag right after what looked like one', () => {
      expect(split('<<think>a</</think>b', { position: 'anywhere' })).toEqual([
        ['text', '<'],
        ['thought', 'a</'],
        ['text', 'b'],
      ]);
    });

    it('T-TH-12: passes a text without tags on as the same events', () => {
      const events = [start(), text(' Hel'), text('lo '), finish(), done()];
      const seen = strip(events);
      expect(seen).toHaveLength(events.length);
      seen.forEach((event, index) => expect(event).toBe(events[index]));
    });

    it('keeps what else is on a text event it cuts', () => {
      const stamped = { type: 'text_delta', choice: 0, delta: '<think>a</think>b', at: 7 } as const;
      const seen: unknown[] = [];
      of(stamped).pipe(stripThink()).subscribe((event) => seen.push(event));
      expect(seen).toEqual([reasoning('a'), { ...stamped, delta: 'b' }]);
    });
  });

  describe('options', () => {
    it('T-TH-03: keeps a close tag that closes nothing', () => {
      expect(split('hm</think>Yes')).toEqual([['text', 'hm</think>Yes']]);
    });

    it('T-TH-03: strips a close tag that closes nothing when told so', () => {
      expect(split('hm</think>\nYes', { onOrphanClose: 'strip' })).toEqual([['text', 'hm\nYes']]);
      expect(split('</think>\n\nYes', { onOrphanClose: 'strip' })).toEqual([['text', 'Yes']]);
      expect(split('<think>a<think>b</think>c</think>d', { onOrphanClose: 'strip' })).toEqual([
        ['thought', 'a<think>b'],
        ['text', 'cd'],
      ]);
    });

    it('T-TH-03: starts inside where the template has opened the tag', () => {
      const inside = { startsInside: true };
      const both = [
        ['thought', 'hm'],
        ['text', 'Yes'],
      ];
      expect(split('\nhm</think>\n\nYes', inside)).toEqual(both);
      expect(split('hm</thinking>Yes', inside)).toEqual(both);
      expect(split('<think>\nhm</think>Yes', inside)).toEqual(both);
      expect(split('</think>\n\nYes', inside)).toEqual([['text', 'Yes']]);
      expect(split('no close tag', inside)).toEqual([['thought', 'no close tag']]);
    });

    it('starts inside in every choice and in every attempt', () => {
      const events = strip([text('a</think>b'), text('c</think>d', 1), start(2), text('e')], { startsInside: true });
      expect(events).toEqual([reasoning('a'), text('b'), reasoning('c', 1), text('d', 1), start(2), reasoning('e')]);
    });

    it('T-TH-13: trims after the tags until the answer has begun', () => {
      expect(split('<think>\nhm\n</think>\n\n Yes \n')).toEqual([
        ['thought', 'hm\n'],
        ['text', 'Yes \n'],
      ]);
      expect(split('Well<think>\nhm</think> yes', { position: 'anywhere' })).toEqual([
        ['text', 'Well'],
        ['thought', 'hm'],
        ['text', ' yes'],
      ]);
    });

    it('T-TH-13: trims nothing when told so', () => {
      expect(split('<think>\nhm\n</think>\n\nYes', { trim: false })).toEqual([
        ['thought', '\nhm\n'],
        ['text', '\n\nYes'],
      ]);
    });

    it('drops the thinking when told so, and only what stood between tags', () => {
      const events = strip([reasoning('native'), text('<think>hm</think>Yes')], { drop: true });
      expect(events).toEqual([reasoning('native'), text('Yes')]);
    });
  });

  describe('between other events', () => {
    const bystanders: StreamEvent[] = [
      reasoning('r'),
      usageReport({ prompt_tokens: 1 }),
      { type: 'heartbeat' },
      { type: 'raw', chunk: {} },
      { type: 'response', id: 'x' },
      { type: 'warning', code: 'x', message: 'x' },
      { type: 'annotation', choice: 0, raw: {} },
      { type: 'logprobs', choice: 0, content: [] },
      text('other', 1),
      toolDelta({ index: 0 }, '{', 1),
      finish('stop', 1),
    ];

    it.each(bystanders)('recognises a tag with a $type in the middle', (bystander) => {
      const events = strip([text('<th'), bystander, text('ink>a</thi'), bystander, text('nk>b')]);
      expect(events).toEqual([bystander, reasoning('a'), bystander, text('b')]);
    });

    const parts: StreamEvent[] = [
      toolDelta({ index: 0, id: 'c' }, '{'),
      { type: 'refusal_delta', choice: 0, delta: 'no' },
      { type: 'image', choice: 0, url: 'data:,' },
      { type: 'audio_delta', choice: 0, delta: '' },
      finish('tool_calls'),
      done(),
    ];

    it.each(parts)('releases what it holds before a $type', (part) => {
      expect(strip([text('<thi'), part])).toEqual([text('<thi'), part]);
      expect(strip([text('<think>a</thi'), part])).toEqual([reasoning('a'), reasoning('</thi'), part]);
    });

    it('stays inside a block over a tool call', () => {
      expect(strip([text('<think>a'), toolDelta({ index: 0 }, '{'), text('b</think>c')])).toEqual([
        reasoning('a'),
        toolDelta({ index: 0 }, '{'),
        reasoning('b'),
        text('c'),
      ]);
    });

    it('passes on events it does not know', () => {
      const seen: unknown[] = [];
      of({ type: 'usage', input: 1 }, { type: 'later', choice: 0 }).pipe(stripThink()).subscribe((e) => seen.push(e));
      expect(seen).toEqual([{ type: 'usage', input: 1 }, { type: 'later', choice: 0 }]);
    });

    it('keeps the choices apart', () => {
      const events = strip([text('<think>a'), text('<th', 1), text('</think>b'), text('e', 1), text('c', 1)]);
      expect(runs(events, 0)).toEqual([
        ['thought', 'a'],
        ['text', 'b'],
      ]);
      expect(runs(events, 1)).toEqual([['text', '<thec']]);
    });

    it('T-TH-04: begins anew with each subscription and each answer', () => {
      const source = from([text('<think>open')]).pipe(stripThink());
      for (const time of [1, 2]) {
        const seen: StreamEvent[] = [];
        source.subscribe((event) => seen.push(event));
        expect([time, seen]).toEqual([time, [reasoning('open')]]);
      }
      expect(strip([text('<think>open'), finish('length'), start(), text('Yes')]).at(-1)).toEqual(text('Yes'));
      expect(strip([text('<think>open'), finish('length'), text('Yes')]).at(-1)).toEqual(text('Yes'));
    });

    it('voids what it holds at a start', () => {
      expect(strip([text('<thi'), start(2), text('nk>')])).toEqual([start(2), text('nk>')]);
    });

    it('keeps a surrogate pair whole next to a held tag, and passes a cut one on in order (fault 70)', () => {
      const tags = [{ open: '💭', close: '💬' }];
      expect(strip([text('<'), text('😀<'), text('😀')])).toEqual([text('<😀<'), text('😀')]);
      expect(strip([text('\ud83d'), text('\ude00')], { tags })).toEqual([text('😀')]);
      expect(strip([text('\ud83d'), text('\ude00')])).toEqual([text('\ud83d'), text('\ude00')]);
      expect(strip([text('<'), text('\ud83d'), text('\ude00')])).toEqual([text('<\ud83d'), text('\ude00')]);
      expect(runs(strip([text('\ud83d'), text('\udcad'), text('a'), text('💬b')], { tags }))).toEqual([
        ['thought', 'a'],
        ['text', 'b'],
      ]);
    });
  });

  describe('laws', () => {
    const fragments = [
      '<think>', '</think>', '<thinking>', '</thinking>', '[THINK]', '[/THINK]', '<', '<thi', '</', '>', '[', ' ', '\n',
      'a', 'think', '😀', '\ud83d', 'über',
    ];
    const whole = fc
      .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...fragments) }, fc.string({ maxLength: 3 })), { maxLength: 14 })
      .map((pieces) => pieces.join(''));
    const cuts = fc.array(fc.nat(), { maxLength: 30 });
    const config = fc.record(
      {
        startsInside: fc.boolean(),
        position: fc.constantFrom('leading' as const, 'anywhere' as const),
        onOrphanClose: fc.constantFrom('keep' as const, 'strip' as const),
        trim: fc.boolean(),
      },
      { requiredKeys: [] },
    );

    it('law of cutting: any cut of the text gives the same text and thinking', () => {
      fc.assert(
        fc.property(whole, cuts, config, (answer, at, options) => {
          const pieces = cutAt(answer, at).map((piece) => text(piece));
          expect(runs(strip(pieces, options))).toEqual(split(answer, options));
        }),
        { numRuns: 1000 },
      );
    });

    it('law of conservation: without trimming, every character but those of the tags comes out once, in order', () => {
      fc.assert(
        fc.property(whole, cuts, config, (answer, at, options) => {
          const pieces = cutAt(answer, at).map((piece) => text(piece));
          const out = runs(strip(pieces, { ...options, trim: false })).map(([, run]) => run);
          expect(isWithoutTags(answer, out.join(''))).toBe(true);
          // Where nothing counts as a tag, nothing at all is missing.
          const none = runs(strip(pieces, { ...options, trim: false, tags: [] })).map(([, run]) => run);
          expect(none.join('')).toBe(answer);
        }),
        { numRuns: 1000 },
      );
    });

    it('law of the reference: a reader of the whole text finds the same', () => {
      fc.assert(
        fc.property(whole, cuts, config, (answer, at, options) => {
          const pieces = cutAt(answer, at).map((piece) => text(piece));
          expect(runs(strip(pieces, options))).toEqual(reference(answer, options));
        }),
        { numRuns: 1000 },
      );
    });

    it('law of the bound: it never holds as much as the longest tag', () => {
      const longest = '</seed:think>'.length;
      fc.assert(
        fc.property(whole, cuts, config, (answer, at, options) => {
          const source = new Subject<StreamEvent>();
          let given = 0;
          source.pipe(stripThink(options)).subscribe((event) => {
            if (event.type === 'text_delta' || event.type === 'reasoning_delta') given += event.delta.length;
          });
          for (const piece of cutAt(answer, at)) source.next(text(piece));
          const before = given;
          source.complete();
          expect(given - before).toBeLessThan(longest);
        }),
        { numRuns: 1000 },
      );
    });

    it('takes time linear in the text, also where every character could begin a tag', () => {
      const fastest = (count: number): number => {
        const events = [text('<think>'), ...Array.from({ length: count }, () => text('<')), text('</think>')];
        return Math.min(
          ...[1, 2, 3].map(() => {
            const began = performance.now();
            expect(strip(events, { position: 'anywhere' }).length).toBeGreaterThan(0);
            return performance.now() - began;
          }),
        );
      };
      fastest(1_000);
      // Eight times the text; a rescan would take sixty-four times as long.
      expect(fastest(16_000)).toBeLessThan(24 * Math.max(fastest(2_000), 1));
    });

    it('law of rollback: what came before a start does not change what comes after it', () => {
      fc.assert(
        fc.property(whole, whole, config, (before, after, options) => {
          const events = strip([start(), text(before), start(2), text(after)], options);
          const second = events.slice(events.findLastIndex(({ type }) => type === 'start') + 1);
          expect(runs(second)).toEqual(split(after, options));
        }),
        { numRuns: 1000 },
      );
    });
  });

  describe('as an operator', () => {
    for (const law of operatorContract(() => stripThink())) it(law.name, law.run);
    const all = { position: 'anywhere', onOrphanClose: 'strip', startsInside: true } as const;
    for (const law of operatorContract(() => stripThink(all))) it(`${law.name}, with every option`, law.run);

    it('infers in a pipe, in any order, without annotations', () => {
      const events: Observable<StreamEvent> = of(text('a'));
      expectTypeOf(events.pipe(stripThink())).toEqualTypeOf<Observable<StreamEvent>>();
      expectTypeOf(events.pipe(stripThink(), accumulateText())).toEqualTypeOf<Observable<string>>();
      const foreign = of({ type: 'mine', size: 1 } as const);
      expectTypeOf(foreign.pipe(stripThink())).toEqualTypeOf<
        Observable<{ readonly type: 'mine'; readonly size: 1 } | ReasoningDeltaEvent>
      >();
      expectTypeOf(stripThink()([text('a')])).toEqualTypeOf<Observable<StreamEvent>>();
      // @ts-expect-error: what has no type is no event
      void of(1).pipe(stripThink());
      // @ts-expect-error: a position is one of two words
      expect(() => stripThink({ position: 'first' })).toThrow(CompletionError);
      // @ts-expect-error: a tag has two texts
      stripThink({ tags: [{ open: '<' }] });
    });
  });
});

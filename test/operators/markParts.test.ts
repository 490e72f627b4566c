import fc from 'fast-check';
import { concatWith, from, of, throwError, type Observable } from 'rxjs';
import { CompletionError, type StreamEvent } from 'rx-completions';
import {
  assembleToolCalls,
  collectMessage,
  markParts,
  measure,
  stripThink,
  verifyEvents,
  type AnswerMessage,
  type Marked,
  type PartEvent,
} from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';
import { readResponse } from '../support/readResponse.ts';

type MarkedEvent = Marked<StreamEvent> | PartEvent;

const mark = (events: Iterable<StreamEvent>): MarkedEvent[] => {
  const marked: MarkedEvent[] = [];
  from(events).pipe(markParts()).subscribe((event) => marked.push(event));
  return marked;
};

const isMark = (event: { readonly type: string }): event is PartEvent => /_(start|end)$/.test(event.type);

/** Events in short: `+text0`, `-text0`, `-text0!` where it was not closed, and the words between. */
const short = (events: readonly MarkedEvent[]): string =>
  events
    .map((event) => {
      if (!isMark(event)) return 'delta' in event ? event.delta : event.type;
      const [, kind = '', side = ''] = /^(.*)_(start|end)$/.exec(event.type) ?? [];
      const name = `${kind}${event.choice === 0 ? '' : `${event.choice}.`}${event.part}`;
      return side === 'start' ? `+${name}` : `-${name}${'closed' in event && !event.closed ? '!' : ''}`;
    })
    .join(' ');

const refusal = (delta: string): StreamEvent => ({ type: 'refusal_delta', choice: 0, delta });
const image: StreamEvent = { type: 'image', choice: 0, url: 'data:,' };
const annotation: StreamEvent = { type: 'annotation', choice: 0, raw: {} };

describe('markParts: the operator contract', () => {
  for (const law of operatorContract(() => markParts())) it(law.name, law.run);
});

describe('markParts', () => {
  it('begins a part before its first piece, ends it before the next one, and ends all before finish', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const events = { s: start(), r: reasoning('hm'), t: text('Hi'), f: finish(), d: done() };
      const source = hot('  s-r---t----f---d-|', events);
      const subscription = '^----------------!';
      const expected = '    s-(Rr)(ETt)(Uf)d-|';
      expectObservable(source.pipe(markParts())).toBe(expected, {
        ...events,
        r: { ...reasoning('hm'), part: 0 },
        t: { ...text('Hi'), part: 1 },
        R: { type: 'reasoning_start', choice: 0, part: 0 },
        E: { type: 'reasoning_end', choice: 0, part: 0, closed: true },
        T: { type: 'text_start', choice: 0, part: 1 },
        U: { type: 'text_end', choice: 0, part: 1, closed: true },
      });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('makes parts of what comes again, and keeps pieces of one kind together', () => {
    const events = [reasoning('a'), reasoning('b'), text('c'), text('d'), reasoning('e'), text('f'), refusal('g'), refusal('h'), finish()];
    expect(short(mark(events))).toBe(
      '+reasoning0 a b -reasoning0 +text1 c d -text1 +reasoning2 e -reasoning2 +text3 f -text3 +refusal4 g h -refusal4 finish',
    );
  });

  it('T-TC-11: keeps calls open that come in turns, and ends them with the choice, the latest first', () => {
    const events = [
      text('A'),
      toolDelta({ index: 0, id: 'c0', name: 'f' }, '{"a":1}'),
      toolDelta({ index: 1, id: 'c1', name: 'g' }, '{'),
      text('B'),
      toolDelta({ index: 0 }, ' '),
      text('C'),
      toolDelta({ index: 1 }, '}'),
      finish('tool_calls'),
      done('tool_calls'),
    ];
    expect(short(mark(events))).toBe(
      '+text0 A -text0 +tool_call1 {"a":1} +tool_call2 { +text3 B   C } -text3 -tool_call2 -tool_call1 finish done',
    );
  });

  it('names a call by its callId, its id and its name, as assembleToolCalls does', () => {
    const events = [toolDelta({ index: 0, id: 'c', name: 'get_' }), toolDelta({ index: 0, name: 'time' }, '{}'), toolDelta({ index: 1 }, '{}'), finish('tool_calls')];
    expect(mark(events).filter(isMark)).toEqual([
      { type: 'tool_call_start', choice: 0, part: 0, callId: 'c', id: 'c', name: 'get_' },
      { type: 'tool_call_start', choice: 0, part: 1, callId: 'call_0_1' },
      { type: 'tool_call_end', choice: 0, part: 1, callId: 'call_0_1', name: '', closed: true },
      { type: 'tool_call_end', choice: 0, part: 0, callId: 'c', id: 'c', name: 'get_time', closed: true },
    ]);
  });

  it('T-CH-07: marks each choice by itself, and ends it with its own finish', () => {
    const events = [start(), text('a', 1), text('b'), text('c', 1), finish('length', 1), text('d'), finish('stop', 0), done()];
    expect(short(mark(events))).toBe('start +text1.0 a +text0 b c -text1.0! finish d -text0 finish done');
  });

  it('ends text before an image, and not before citations and sounds, which have places and no marks', () => {
    const sound: StreamEvent = { type: 'audio_delta', choice: 0, delta: 'QUJD' };
    expect(short(mark([text('a'), annotation, text('b'), sound, text('c'), image, text('d'), finish()]))).toBe(
      '+text0 a annotation b QUJD c -text0 image +text4 d -text4 finish',
    );
  });

  it.each(['length', 'content_filter'] as const)('says that a part was cut by %s', (reason) => {
    expect(short(mark([text('a'), toolDelta({ index: 0 }, '{'), text('b'), finish(reason), done(reason)]))).toBe(
      '+text0 a -text0 +tool_call1 { +text2 b -text2! -tool_call1! finish done',
    );
  });

  it('T-TH-02: says that reasoning was not closed when nothing came after it', () => {
    expect(short(mark([reasoning('a'), finish(), done()]))).toBe('+reasoning0 a -reasoning0! finish done');
    const marked: MarkedEvent[] = [];
    of(text('<think>hm'), finish(), done()).pipe(stripThink(), markParts()).subscribe((event) => marked.push(event));
    expect(short(marked)).toBe('+reasoning0 hm -reasoning0! finish done');
    marked.length = 0;
    of(text('<think>hm</think>Yes'), finish(), done()).pipe(stripThink(), markParts()).subscribe((event) => marked.push(event));
    expect(short(marked)).toBe('+reasoning0 hm -reasoning0 +text1 Yes -text1 finish done');
  });

  it('ends what is open before done where no finish comes, and at completion where neither does', () => {
    expect(short(mark([text('a'), text('b', 1), done('stop')]))).toBe('+text0 a +text1.0 b -text0 -text1.0 done');
    expect(short(mark([text('a'), toolDelta({ index: 0 }, '{}')]))).toBe('+text0 a -text0 +tool_call1 {} -tool_call1!');
  });

  it('ends nothing that a start voids, and counts anew', () => {
    expect(short(mark([start(), text('a'), toolDelta({ index: 0 }, '{'), start(2), text('b'), finish(), done('stop', 2)]))).toBe(
      'start +text0 a -text0 +tool_call1 { start +text0 b -text0 finish done',
    );
  });

  it('ends nothing on error', () => {
    const marked: MarkedEvent[] = [];
    let error: unknown;
    const failure = new CompletionError('connection_lost');
    of(start(), text('a'))
      .pipe(concatWith(throwError(() => failure)), markParts())
      .subscribe({ next: (event) => marked.push(event), error: (reason: unknown) => (error = reason) });
    expect(short(marked)).toBe('start +text0 a');
    expect(error).toBe(failure);
  });

  it('begins nothing with an empty piece; late details belong to the last part of reasoning', () => {
    const late: StreamEvent = { type: 'reasoning_delta', choice: 0, delta: '', details: [{ signature: 's' }] };
    expect(mark([text(''), reasoning(''), refusal('')]).filter(isMark)).toEqual([]);
    expect(short(mark([reasoning('a'), text('b'), late, text('c'), finish()]))).toBe('+reasoning0 a -reasoning0 +text1 b  c -text1 finish');
    expect(short(mark([text('b'), late, finish()]))).toBe('+text0 b -text0 +reasoning1  -reasoning1! finish');
  });
});

describe('markParts: what a delta says of its part', () => {
  const partsOf = (events: readonly StreamEvent[]): unknown[] =>
    mark(events).flatMap((event) => (event.type.endsWith('_delta') && event.type !== 'audio_delta' ? [[event.type, 'part' in event && event.part]] : []));

  it('is the number that its start has, and the callId of its call', () => {
    const events = [text('A'), toolDelta({ index: 0, id: 'c0' }, '{'), toolDelta({ index: 1 }, '{'), text('B'), toolDelta({ index: 0 }, '}'), refusal('no'), reasoning('hm')];
    expect(partsOf(events).map((pair) => (pair as unknown[])[1])).toEqual([0, 1, 2, 3, 1, 4, 5]);
    expect(mark(events).flatMap((event) => (event.type === 'tool_call_delta' ? [event.callId] : []))).toEqual(['c0', 'call_0_1', 'c0']);
  });

  it('is the part of reasoning for late details, and for an empty piece what it would go on with or begin', () => {
    const late: StreamEvent = { type: 'reasoning_delta', choice: 0, delta: '', details: [{ signature: 's' }] };
    expect(partsOf([text(''), reasoning('a'), reasoning(''), text('b'), late, text(''), reasoning('')])).toEqual([
      ['text_delta', 0], ['reasoning_delta', 0], ['reasoning_delta', 0], ['text_delta', 1], ['reasoning_delta', 0], ['text_delta', 1], ['reasoning_delta', 2],
    ]);
  });

  it('an empty sound before anything begins nothing', () => {
    const sound: StreamEvent = { type: 'audio_delta', choice: 0, delta: '' };
    expect(mark([sound, text('a')])[0]).toBe(sound);
  });

  it('changes no event of the source', () => {
    const events = [start(), text('a'), reasoning('b'), refusal('c'), toolDelta({ index: 0 }, '{}'), finish(), done()].map((event) => Object.freeze(event));
    expect(mark(events).filter((event) => event.type === 'finish')[0]).toBe(events[5]);
  });
});

/** What the source said. */
const unmarked = (event: MarkedEvent): object => {
  if (!event.type.endsWith('_delta')) return event;
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'part' && name !== 'callId'));
};

describe('markParts: laws', () => {
  const { answers, cuts } = arbitraries(fc);
  const content = fc.oneof(
    fc.record({ delta: fc.string({ maxLength: 2 }), choice: fc.nat(1) }).map(({ delta, choice }) => text(delta, choice)),
    fc.record({ delta: fc.string({ maxLength: 2 }), choice: fc.nat(1) }).map(({ delta, choice }) => reasoning(delta, choice)),
    fc.record({ index: fc.nat(2), id: fc.option(fc.constantFrom('c0', 'c1'), { nil: undefined }), choice: fc.nat(1) }).map(
      ({ index, id, choice }): StreamEvent => toolDelta({ index, ...(id !== undefined && { id }), name: `f${index}` }, ' ', choice),
    ),
    fc.constantFrom(refusal('r'), refusal(''), image, annotation),
    fc.constant<StreamEvent>({ type: 'reasoning_delta', choice: 0, delta: '', details: [{ type: 'reasoning.encrypted', data: 'x' }] }),
  );
  const whole = fc.array(content, { maxLength: 24 }).map((events): StreamEvent[] => {
    const choices = [...new Set([0, ...events.map((event) => ('choice' in event ? event.choice : 0))])];
    return [start(), ...events, ...choices.map((choice) => finish('stop', choice)), done()];
  });

  /** Fails where marks do not balance or nest, or a piece with words stands outside of its part. */
  const checkGrammar = (events: readonly MarkedEvent[]): void => {
    const open = new Map<number, string[]>();
    for (const event of events) {
      if (!('choice' in event)) continue;
      const stack = open.get(event.choice) ?? [];
      open.set(event.choice, stack);
      if (isMark(event)) {
        const name = `${event.type.replace(/_(start|end)$/, '')} ${event.part}`;
        if (event.type.endsWith('_start')) stack.push(name);
        else expect(stack.pop()).toBe(name);
      } else if (event.type === 'tool_call_delta') {
        expect(stack).toContain(`tool_call ${event.part}`);
      } else if (event.type === 'text_delta' || event.type === 'reasoning_delta' || event.type === 'refusal_delta') {
        if (event.delta !== '') expect(stack.at(-1)).toBe(`${event.type.replace('_delta', '')} ${event.part}`);
      } else if (event.type === 'finish') expect(stack).toEqual([]);
    }
  };

  it('grammar: marks balance and nest, words stand in their part, nothing is open at finish, and verifyEvents agrees', () =>
    fc.assert(
      fc.property(whole, (events) => {
        const marked: MarkedEvent[] = [];
        let error: unknown;
        from(events).pipe(markParts(), verifyEvents()).subscribe({ next: (event) => marked.push(event), error: (reason: unknown) => (error = reason) });
        expect(error).toBeUndefined();
        checkGrammar(marked);
        expect(marked.filter((event) => !isMark(event)).map(unmarked)).toEqual(events);
      }),
      { numRuns: 1000 },
    ));

  it('a part has the place that it has in the message', () =>
    fc.assert(
      fc.property(whole, fc.nat(1), (events, choice) => {
        let message: AnswerMessage | undefined;
        from(events).pipe(collectMessage({ choice })).subscribe((collected) => (message = collected));
        for (const event of mark(events).filter((event) => isMark(event) && event.choice === choice) as PartEvent[])
          expect(event.type).toContain(message?.content[event.part]?.type);
      }),
      { numRuns: 500 },
    ));

  it('cutting: an answer whose bytes are cut otherwise has the same marks', () =>
    fc.assert(
      fc.property(answers().chain(({ bytes }) => cuts(bytes).map((pieces) => ({ bytes, pieces }))), ({ bytes, pieces }) => {
        const marked = mark(readResponse(pieces).events);
        checkGrammar(marked);
        expect(marked.filter(isMark)).toEqual(mark(readResponse([bytes]).events).filter(isMark));
      }),
      { numRuns: 300 },
    ));

  it('is linear: 200,000 parts and 200,000 fragments', () => {
    const turns = Array.from({ length: 100_000 }, () => [text('a'), reasoning('b')]).flat();
    const fragments = Array.from({ length: 200_000 }, () => toolDelta({ index: 0 }, ' '));
    expect(mark([...turns, ...fragments, finish()]).filter(isMark)).toHaveLength(400_002);
  });
});

describe('markParts: types', () => {
  it('adds its events and infers in any place of a pipe', () => {
    const events: Observable<StreamEvent> = of(text('a'));
    expectTypeOf(events.pipe(markParts())).toEqualTypeOf<Observable<MarkedEvent>>();
    expectTypeOf(events.pipe(assembleToolCalls(), markParts(), stripThink())).toExtend<Observable<{ readonly type: string }>>();
    events.pipe(markParts()).subscribe((event) => {
      if (event.type === 'tool_call_start') expectTypeOf(event.callId).toEqualTypeOf<string>();
      if (event.type === 'text_delta') expectTypeOf(event.part).toEqualTypeOf<number>();
      if (event.type === 'tool_call_delta') expectTypeOf([event.part, event.callId] as const).toEqualTypeOf<readonly [number, string]>();
      // @ts-expect-error: only deltas of parts have one
      if (event.type === 'finish') expectTypeOf(event.part).toBeNever();
    });
    events.pipe(stripThink(), assembleToolCalls(), markParts(), measure()).subscribe((event) => {
      if (event.type === 'reasoning_delta' || event.type === 'refusal_delta') expectTypeOf(event.part).toEqualTypeOf<number>();
    });
    // @ts-expect-error: it takes no config
    markParts({});
  });
});

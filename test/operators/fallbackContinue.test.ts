import fc from 'fast-check';
import { asapScheduler, concat, EMPTY, NEVER, Observable, of, Subject, subscribeOn, throwError } from 'rxjs';
import {
  CompletionError,
  openAICompatModel,
  streamOpenAICompletions,
  type CompletionErrorCode,
  type FallbackEvent,
  type StreamEvent,
} from 'rx-completions';
import {
  accumulateText,
  fallbackEndpoints,
  verifyEvents,
  type Alternate,
  type FallbackContext,
  type FallbackEndpointsConfig,
  type PartialAnswer,
  type Seam,
} from 'rx-completions/operators';
import { arbitraries, chunk, operatorContract, script, scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createOverlap } from '../../operators/fallback/createOverlap.ts';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const failure = (code: CompletionErrorCode = 'connection_lost'): CompletionError => new CompletionError(code);
const cutAfter = (...events: readonly StreamEvent[]): Observable<StreamEvent> => concat(of(start(), ...events), throwError(() => failure()));
const answer = (...pieces: readonly string[]): Observable<StreamEvent> => of(start(), ...pieces.map((piece) => text(piece)), finish(), done());
/** Goes on with the one, and gives the other when it is asked for the whole answer. */
const either = (rest: Observable<StreamEvent>, whole: Observable<StreamEvent>) => (_: unknown, { partial }: FallbackContext) =>
  partial === undefined ? whole : rest;
const goingOn = (rest: Observable<StreamEvent>) => either(rest, rest);
const goOn = (...pieces: readonly string[]) => goingOn(answer(...pieces));

interface Seen {
  readonly events: readonly StreamEvent[];
  readonly error: unknown;
}
const see = (source: Observable<StreamEvent>): Seen => {
  const seen = { events: [] as StreamEvent[], error: undefined as unknown };
  source.subscribe({ next: (event) => seen.events.push(event), error: (error: unknown) => (seen.error = error) });
  return seen;
};
const chain = (source: Observable<StreamEvent>, alternates: readonly Alternate<StreamEvent>[], config: FallbackEndpointsConfig = {}) =>
  source.pipe(fallbackEndpoints(alternates, { onFailure: 'continue', ...config }));
const typesOf = ({ events }: Seen): readonly string[] => events.map(({ type }) => type);
const textOf = ({ events }: Seen): string => {
  let last = '';
  of(...events).pipe(accumulateText()).subscribe((soFar) => (last = soFar));
  return last;
};
const switches = ({ events }: Seen): readonly FallbackEvent[] => events.filter((event) => event.type === 'fallback');

describe('onFailure continue: the operator contract', () => {
  const config = { onFailure: 'continue' } as const;
  for (const law of operatorContract(() => fallbackEndpoints([], config))) it(law.name, law.run);
  for (const law of operatorContract(() => fallbackEndpoints([goOn('spare')], config), { except: ['passes errors on'] }))
    it(`${law.name}, with an alternate`, law.run);
});

describe('onFailure continue', () => {
  const partial = 'Once upon a time there';

  it('T-RF-05, fault 107: joins the continuation to the partial answer under the one start', () => {
    const seen = see(chain(cutAfter(text('Once upon a '), text('time there')), [goOn(' was a', ' stream.')]).pipe(verifyEvents()));
    expect(seen.events).toEqual([
      start(),
      text('Once upon a '),
      text('time there'),
      expect.objectContaining({ type: 'fallback', attempt: 2, discarded: false }),
      text(' was a'),
      text(' stream.'),
      finish(),
      done('stop', 2),
    ]);
  });

  it('T-RF-06: trims what the continuation repeats, and passes on as soon as that is decided', () =>
    marbles(({ cold, expectObservable }) => {
      const F = expect.objectContaining({ type: 'fallback', discarded: false }) as FallbackEvent;
      const values = { s: start(), t: text(partial), u: text('a time'), v: text(' there was'), w: text(' was'), d: done(), D: done('stop', 2), F };
      const source = cold('-s-t---#        ', values, failure());
      const spare = cold('        -s-u-v-d|', values);
      const expected = '   ---(st)F----w-D|';
      expectObservable(chain(source, [goingOn(spare)])).toBe(expected, values);
    }));

  it('tells the function what has been delivered, and only when it is to go on from there', () => {
    const given: FallbackContext[] = [];
    const asked = (_: unknown, context: FallbackContext) => (given.push(context), answer(' was'));
    see(chain(cutAfter(reasoning('hm'), text(partial)), [asked]));
    see(chain(throwError(() => failure()), [asked]));
    see(chain(cutAfter(reasoning('hm')), [asked]));
    see(chain(cutAfter(text(partial)), [asked], { onFailure: 'restart' }));
    see(chain(cutAfter(text(partial)), [throwError(() => failure()), asked]));
    expect(given.map((context) => context.partial)).toEqual([{ text: partial, reasoning: 'hm' }, undefined, undefined, undefined, undefined]);
    expect(given.slice(1).filter((context) => 'partial' in context)).toEqual([]);
  });

  it('T-RF-05: walks on from the same partial answer when a continuation fails unjoined, and from more when it was joined', () => {
    const partials: (PartialAnswer | undefined)[] = [];
    const noted = (next: Observable<StreamEvent>) => (_: unknown, context: FallbackContext) => (partials.push(context.partial), next);
    const seen = see(
      chain(cutAfter(text(partial)), [
        noted(cutAfter(text(' was'))),
        noted(cutAfter(text(' was a'), finish())),
        noted(answer('nobody asks')),
      ]).pipe(verifyEvents()),
    );
    expect(textOf(seen)).toBe(`${partial} was a`);
    expect(partials).toEqual([{ text: partial }, { text: partial }]);
    expect(seen.error).toMatchObject({ code: 'connection_lost', committed: true });

    partials.length = 0;
    const long = ' was a stream, and it ran all the way down to the sea and never stopped';
    const whole = see(chain(cutAfter(text(partial)), [noted(cutAfter(text(long))), noted(answer(' again.'))]));
    expect(partials).toEqual([{ text: partial }, { text: partial + long }]);
    expect(textOf(whole)).toBe(`${partial}${long} again.`);
    expect(switches(whole).map(({ attempt, discarded }) => [attempt, discarded])).toEqual([[2, false], [3, false]]);
  });

  it('restarts with a call, and with a function that takes no context: neither can know the partial answer', () => {
    for (const alternate of [answer('whole'), () => answer('whole'), ({ message }: Error) => (expect(message).not.toBe(''), answer('whole'))]) {
      const seen = see(chain(cutAfter(text(partial)), [alternate]).pipe(verifyEvents()));
      expect(typesOf(seen)).toEqual(['start', 'text_delta', 'fallback', 'start', 'text_delta', 'finish', 'done']);
      expect(switches(seen)[0]).toMatchObject({ discarded: true });
      expect(textOf(seen)).toBe('whole');
    }
  });

  it('asks for the whole answer where the attempt has only reasoned', () => {
    const seen = see(chain(cutAfter(reasoning('hm')), [goOn('whole')]).pipe(verifyEvents()));
    expect(typesOf(seen)).toEqual(['start', 'reasoning_delta', 'fallback', 'start', 'text_delta', 'finish', 'done']);
    expect(switches(seen)[0]).toMatchObject({ discarded: true });
  });

  it('T-RF-05: keeps each attempt its usage', () => {
    const rest = of(start(), text(' was'), finish(), usageReport({ n: 2 }), done());
    const seen = see(chain(cutAfter(text(partial), usageReport({ n: 1 })), [goingOn(rest)]));
    expect(seen.events.filter(({ type }) => type === 'usage_report' || type === 'fallback')).toEqual([
      usageReport({ n: 1 }),
      expect.objectContaining({ type: 'fallback' }),
      usageReport({ n: 2 }),
    ]);
  });

  it('does not go on from what a chain within has called void', () => {
    const inner = cutAfter(text(partial)).pipe(fallbackEndpoints([throwError(() => failure('auth'))], { onFailure: 'restart' }));
    const seen = see(chain(inner, [goOn('whole')]).pipe(verifyEvents()));
    expect(typesOf(seen)).toEqual(['start', 'text_delta', 'fallback', 'fallback', 'start', 'text_delta', 'finish', 'done']);
    expect(textOf(seen)).toBe('whole');
  });

  it('does not take what a chain within has discarded unseen for what has been delivered', () => {
    const within = cutAfter(text(' held')).pipe(fallbackEndpoints([answer(' was')], { onFailure: 'restart' }));
    const seen = see(chain(cutAfter(text(partial)), [goingOn(within)]).pipe(verifyEvents()));
    expect(switches(seen).map(({ discarded }) => discarded)).toEqual([false, false]);
    expect(textOf(seen)).toBe(`${partial} was`);
  });

  it.each([[' was a stream, and it ran on'], [`${partial} was a stream, and it ran on`]])(
    'tells the partial text again when a continuation that was joined starts again: "%s"',
    (said) => {
      const rest = ' and it ran all the way down to the sea, where it never stopped at all';
      const call = answer(said);
      const within = cutAfter(text(rest)).pipe(fallbackEndpoints([call], { onFailure: 'restart' }));
      const seen = see(chain(cutAfter(text(partial)), [goingOn(within)]).pipe(verifyEvents()));
      expect(switches(seen).map(({ discarded }) => discarded)).toEqual([false, true]);
      expect(typesOf(seen).filter((type) => type === 'start')).toHaveLength(2);
      expect(textOf(seen)).toBe(`${partial} was a stream, and it ran on`);
    },
  );

  it('says who answers from here, and passes tool calls of the continuation on', () => {
    const response: StreamEvent = { type: 'response', model: 'other' };
    const call = toolDelta({ index: 0, id: 'c', name: 'f' }, '{}');
    const rest = of(start(), response, reasoning('hm'), text(' was'), call, finish('tool_calls'), done('tool_calls'));
    const seen = see(chain(cutAfter(text(partial)), [goingOn(rest)]).pipe(verifyEvents()));
    expect(seen.events.slice(3)).toEqual([response, reasoning('hm'), text(' was'), call, finish('tool_calls'), done('tool_calls', 2)]);
  });

  it('T-RF-03: nothing a cut attempt still says is joined', () => {
    let late: ((event: StreamEvent) => void) | undefined;
    const deaf = new Observable<StreamEvent>((subscriber) => {
      subscriber.next(start());
      subscriber.next(text(partial));
      late = (event) => subscriber.next(event);
      subscriber.error(failure());
    });
    const spare = new Subject<StreamEvent>();
    const seen = see(chain(deaf, [goingOn(spare)]));
    late?.(text('ghost'));
    spare.next(start());
    spare.next(text(' was'));
    late?.(text('ghost'));
    spare.next(finish());
    expect(textOf(seen)).toBe(`${partial} was`);
  });
});

describe('onFailure continue: what nobody can go on from', () => {
  const image: StreamEvent = { type: 'image', choice: 0, url: 'https://example.test/a.png' };
  const audio: StreamEvent = { type: 'audio_delta', choice: 0, delta: 'AAAA' };
  const refusal: StreamEvent = { type: 'refusal_delta', choice: 0, delta: 'I cannot' };
  const begun: readonly (readonly [string, readonly StreamEvent[]])[] = [
    ['a tool call', [text('Let me see'), toolDelta({ index: 0, id: 'c', name: 'f' })]],
    ['a refusal', [refusal]],
    ['a picture', [text('Look:'), image]],
    ['a sound', [audio]],
    ['a second choice', [text('one'), text('two', 1)]],
    ['reasoning of a second choice', [text('one'), reasoning('two', 1)]],
    ['an object', [text('{"a'), text('":1')]],
    ['an object after a line end', [text('\n {"a')]],
    ['a list', [text('['), text('1, 2')]],
    ['a code fence', [text('``'), text('`json')]],
    ['what may become a code fence', [text('`')]],
    ['an answer that has finished', [text('whole'), finish()]],
  ];

  it.each(begun)('T-RF-05, fault 107: fails after %s', (_, events) => {
    let asked = 0;
    const seen = see(chain(cutAfter(...events), [(_, { attempt }) => ((asked += attempt), answer('never'))]));
    expect(seen.events).toEqual([start(), ...events]);
    expect([seen.error, asked]).toEqual([expect.objectContaining({ code: 'connection_lost', committed: true }), 0]);
  });

  it.each(begun)('T-RF-05: restarts after %s where it is told to', (_, events) => {
    const given: unknown[] = [];
    const asked = (_: unknown, context: FallbackContext) => (given.push(context.partial), answer('whole'));
    const seen = see(chain(cutAfter(...events), [asked], { whenRefused: 'restart' }).pipe(verifyEvents()));
    expect(given).toEqual([undefined]);
    expect(switches(seen)[0]).toMatchObject({ discarded: true });
    expect(seen.events.slice(-4)).toEqual([start(2), text('whole'), finish(), done('stop', 2)]);
  });

  it('goes on after braces and ticks within a text, and after content that a restart has voided', () => {
    for (const words of ['see {a}', 'it is `x`', '`x` is it']) expect(see(chain(cutAfter(text(words)), [goOn(' and')])).error).toBeUndefined();
    const voided = cutAfter(text('{"a"'), start(2), text('No JSON'));
    expect(textOf(see(chain(voided, [goOn(' at all')])))).toBe('No JSON at all');
  });
});

describe('onFailure continue: the seam', () => {
  const partial = 'The stars of the sky are many, and the stars of the sea';
  const join = (pieces: readonly string[], config: FallbackEndpointsConfig = {}): string =>
    textOf(see(chain(cutAfter(text(partial)), [goOn(...pieces)], config).pipe(verifyEvents())));

  it.each([
    ['nothing', ' are few.', ' are few.'],
    ['the end', 'the stars of the sea are few.', ' are few.'],
    ['the whole', `${partial} are few.`, ' are few.'],
    ['the whole and no more', partial, ''],
    ['too little to tell from chance', 'the sea', 'the sea'],
    ['nothing, with nothing to say', '', ''],
  ])('T-RF-06: trims a continuation that repeats %s', (_, said, added) => {
    expect(join([said])).toBe(partial + added);
    expect(join(said.split(''))).toBe(partial + added);
  });

  it('T-RF-06: trims a short partial answer that is repeated whole', () => {
    expect(textOf(see(chain(cutAfter(text('Hel')), [goOn('Hello')])))).toBe('Hello');
    expect(textOf(see(chain(cutAfter(text('Hel')), [goOn('lo')])))).toBe('Hello');
  });

  it('T-RF-06: takes an answer that begins like the partial one and goes another way for a new one, with its start', () => {
    const anew = 'The stars of the night are bright.';
    for (const pieces of [[anew], anew.split('')]) {
      const seen = see(chain(cutAfter(text(partial)), [goOn(...pieces)]).pipe(verifyEvents()));
      expect(typesOf(seen).filter((type) => type === 'start')).toHaveLength(2);
      expect(textOf(seen)).toBe(anew);
    }
  });

  it.each(['Sorry about that! The rest is:', '\nI’m sorry for the interruption.', 'Certainly! Here you go:', 'Here is the rest: they are'])(
    'T-RF-06: does not join "%s", and asks the same function for the whole answer',
    (opening) => {
      const seen = see(chain(cutAfter(text(partial)), [either(answer(...opening.split('')), answer('Whole.'))]).pipe(verifyEvents()));
      expect(textOf(seen)).toBe('Whole.');
      expect(switches(seen).map(({ attempt, discarded, error }) => [attempt, discarded, error.code])).toEqual([
        [2, false, 'connection_lost'],
        [3, true, 'unexpected_content'],
      ]);
      expect(switches(seen)[1]).toMatchObject({ from: { host: 'localhost' }, error: { message: 'localhost did not go on from the partial answer' } });
      expect(seen.events.at(-1)).toEqual(done('stop', 3));
    },
  );

  it('joins what goes on in the middle of a sentence with the same words', () => {
    expect(join([' sorry ', 'about that'])).toBe(`${partial} sorry about that`);
  });

  it('T-RF-06: asks joins with the seam, and joins as it says', () => {
    const seams: Seam[] = [];
    const joins = (seam: Seam): boolean => (seams.push(seam), seam.overlap > 0);
    expect(join(['the stars of the sea', ' are'], { joins })).toBe(`${partial} are`);
    const seen = see(chain(cutAfter(text(partial)), [either(answer(' are few'), answer('Whole.'))], { joins }));
    expect(textOf(seen)).toBe('Whole.');
    expect(seams).toEqual([
      { partial, opening: 'the stars of the sea', overlap: 20 },
      { partial, opening: ' are few', overlap: 0 },
    ]);
  });

  it('after a seam that was refused, whoever comes next is asked for the whole answer', () => {
    const second = either(answer('Sorry, what was it?'), throwError(() => failure('auth')));
    const seen = see(chain(cutAfter(text(partial)), [second, either(answer(' joined'), answer('Whole.'))]).pipe(verifyEvents()));
    expect(textOf(seen)).toBe('Whole.');
    expect(switches(seen).map(({ discarded }) => discarded)).toEqual([false, true, false]);
  });

  it('takes another minOverlap', () => {
    expect(join(['the sea and'], { minOverlap: 7 })).toBe(`${partial} and`);
    expect(join(['the stars of the sea and'], { minOverlap: 30 })).toBe(`${partial}the stars of the sea and`);
  });

  it('T-RF-02: lets heartbeats and notices pass while it holds, and holds no longer than it must', () => {
    const spare = new Subject<StreamEvent>();
    const seen = see(chain(cutAfter(text(partial)), [goingOn(spare)]));
    const before = seen.events.length;
    spare.next(start());
    spare.next({ type: 'heartbeat' });
    spare.next(text('the stars'));
    spare.next({ type: 'heartbeat' });
    expect(typesOf(seen).slice(before)).toEqual(['heartbeat', 'heartbeat']);
    spare.next(text(' of the sea'));
    expect(typesOf(seen).slice(before)).toEqual(['heartbeat', 'heartbeat']);
    spare.next(text(' are'));
    expect(seen.events.at(-1)).toEqual(text(' are'));

    const plain = new Subject<StreamEvent>();
    const plainly = see(chain(cutAfter(text(partial)), [goingOn(plain)]));
    plain.next(text('.'.repeat(63)));
    expect(textOf(plainly)).toBe(partial);
    plain.next(text('.'));
    expect(textOf(plainly)).toBe(partial + '.'.repeat(64));
  });

  it('is content in time, though it is held because it repeats', () =>
    marbles(({ cold, expectObservable }) => {
      const F = expect.objectContaining({ type: 'fallback', error: expect.objectContaining({ code: 'connection_lost' }) as object }) as FallbackEvent;
      const values = { s: start(), t: text(partial), u: text('the stars'), v: text(' of the sea'), w: text(' are'), F };
      const source = cold('-s-t---#', values, failure());
      const spare = cold('        -s-u---v---w', values);
      const expected = '   ---(st)F----------w';
      expectObservable(chain(source, [goingOn(spare)], { firstContentWithin: 5 })).toBe(expected, values);
    }));

  it('drops the probabilities of what it trims', () => {
    const logprobs = (token: string): StreamEvent => ({ type: 'logprobs', choice: 0, content: [{ token, logprob: 0 }] as never });
    const rest = of(start(), text('the stars of'), logprobs('of'), text(' the sea are'), logprobs('are'), finish(), done());
    expect(see(chain(cutAfter(text(partial)), [goingOn(rest)])).events.slice(3, 5)).toEqual([text(' are'), logprobs('are')]);
  });

  it('an attempt that starts twice is joined by what it says last', () => {
    const rest = of(start(), text('Sorry, the line was cut.'.slice(0, 9)), start(2), text('the stars of the sea are'), finish(), done('stop', 2));
    expect(textOf(see(chain(cutAfter(text(partial)), [goingOn(rest)])))).toBe(`${partial} are`);
  });

  it('bounds what it holds', () => {
    const rest = of(start(), ...Array.from({ length: 20 }, () => ({ type: 'raw', chunk: {} }) as const), text('x'));
    expect(see(chain(cutAfter(text(partial)), [goingOn(rest)], { maxHeldEvents: 10 })).error).toMatchObject({ code: 'endpoints_exhausted' });
  });

  it('takes time linear in the partial answer, however it repeats itself', () => {
    const long = 'a'.repeat(300_000);
    const before = performance.now();
    const seen = see(chain(cutAfter(text(long)), [goOn(...Array.from({ length: 3000 }, () => 'a'.repeat(99)), 'b'.repeat(64))]));
    expect(textOf(seen)).toBe(`${long}${'b'.repeat(64)}`);
    const worst = see(chain(cutAfter(text(`${'a'.repeat(150_000)}b`.repeat(2))), [goOn(`${'a'.repeat(149_999)}b${'c'.repeat(64)}`)]));
    expect(textOf(worst).endsWith('aabccc'.padEnd(67, 'c'))).toBe(true);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

describe('onFailure continue: laws', () => {
  const { texts } = arbitraries(fc);
  const cutsOf = (words: string, places: readonly number[]): readonly string[] => {
    const ends = [...new Set(places.map((place) => place % (words.length + 1)))].sort((one, other) => one - other);
    return [...ends, words.length].map((end, index) => words.slice(ends[index - 1] ?? 0, end)).filter((piece) => piece !== '');
  };
  const places = fc.array(fc.nat(200), { maxLength: 8 });

  /** The same by definition: the longest end of the one that the other begins with. */
  const naiveOverlap = (partial: string, rest: string): number => {
    for (let length = Math.min(partial.length, rest.length); length > 0; length -= 1) if (partial.endsWith(rest.slice(0, length))) return length;
    return 0;
  };

  /** Texts in which beginnings come again within beginnings. */
  const periodic = fc.string({ unit: fc.constantFrom('a', 'b', 'aab', 'aabaa', 'aabaaab'), maxLength: 8 });

  it('overlap: is the longest end that is a beginning, however the continuation is cut', () =>
    fc.assert(
      fc.property(periodic, periodic, places, (partial, rest, at) => {
        const overlap = createOverlap(partial);
        for (const piece of cutsOf(rest, at)) {
          overlap.push(piece);
          // Settled means settled: what is still to come must not change it.
          if (overlap.isSettled()) expect(overlap.end()).toBe(naiveOverlap(partial, rest));
        }
        expect(overlap.end()).toBe(naiveOverlap(partial, rest));
      }),
      { numRuns: 1000 },
    ));

  it('join: a partial answer and a continuation that overlaps it are the whole answer, cut anywhere', () =>
    fc.assert(
      fc.property(texts(), fc.nat(200), fc.nat(200), places, (said, cut, back, at) => {
        const whole = `A ${said} and so on to the end`;
        const partial = whole.slice(0, 1 + (cut % whole.length));
        const rest = whole.slice(Math.max(0, partial.length - 12 - (back % whole.length)));
        // A text that repeats itself at its cut can be read in two ways.
        fc.pre(naiveOverlap(partial, rest) === partial.length - (whole.length - rest.length));
        const seen = see(chain(cutAfter(text(partial)), [goOn(...cutsOf(rest, at))]).pipe(verifyEvents()));
        expect(seen.error).toBeUndefined();
        expect(textOf(seen)).toBe(whole);
        expect(typesOf(seen).filter((type) => type === 'start')).toHaveLength(1);
      }),
      { numRuns: 1000 },
    ));

  it('cutting: a continuation gives the same text however it is cut', () =>
    fc.assert(
      fc.property(texts(), texts(), places, (said, rest, at) => {
        const partial = `B${said}`;
        const joined = (pieces: readonly string[]) => textOf(see(chain(cutAfter(text(partial)), [either(answer(...pieces), answer('Whole.'))])));
        expect(joined(cutsOf(rest, at))).toBe(joined(rest === '' ? [] : [rest]));
      }),
      { numRuns: 1000 },
    ));

  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(' one', ' two', ' three', ' four', '{').map((delta) => text(delta)) },
    { weight: 1, arbitrary: fc.constantFrom<StreamEvent>({ type: 'heartbeat' }, reasoning('hm'), toolDelta({ index: 0, id: 'c', name: 'f' })) },
  );
  const attempts = fc.array(
    fc.record({ pieces: fc.array(piece, { maxLength: 6 }), fails: fc.boolean(), goesOn: fc.boolean(), later: fc.boolean() }),
    { minLength: 1, maxLength: 5 },
  );

  it('rollback: whatever fails when, the text is that of the attempt that answered and of those it went on from, in order', async () =>
    fc.assert(
      fc.asyncProperty(attempts, fc.constantFrom('fail', 'restart'), fc.constantFrom('content', 'text', 'start'), async (tries, whenRefused, commitOn) => {
        /** What each attempt was told to go on from. */
        const partials: (string | undefined)[] = [];
        const sourceOf = ({ pieces, fails, later }: (typeof tries)[number]) => {
          const source = concat(of(start(), ...pieces, ...(fails ? [] : [finish(), done()])), fails ? throwError(() => failure()) : EMPTY);
          return later ? source.pipe(subscribeOn(asapScheduler)) : source;
        };
        const [first, ...others] = tries.map((one, index) => {
          const source = sourceOf(one);
          if (index === 0 || !one.goesOn) return source;
          return (_: unknown, { partial }: FallbackContext) => ((partials[index] = partial?.text), source);
        });
        const seen = await new Promise<Seen>((resolve) => {
          const events: StreamEvent[] = [];
          chain(first as Observable<StreamEvent>, others, { whenRefused, commitOn, joins: () => true, minOverlap: 1000 })
            .pipe(verifyEvents())
            .subscribe({ next: (event) => events.push(event), error: (error: unknown) => resolve({ events, error }), complete: () => resolve({ events, error: undefined }) });
        });
        if (seen.error !== undefined) {
          expect(seen.error).toBeInstanceOf(CompletionError);
          return;
        }
        const winner = tries.findIndex(({ fails }) => !fails);
        const { pieces } = tries[winner]!;
        const wordsOf = (events: readonly StreamEvent[]) => events.map((event) => (event.type === 'text_delta' ? event.delta : '')).join('');
        const before = partials[winner] ?? '';
        const firstCall = pieces.findIndex(({ type }) => type === 'tool_call_delta');
        const isRepeated = wordsOf(firstCall < 0 ? pieces : pieces.slice(0, firstCall)).startsWith(before);
        expect(textOf(seen)).toBe(isRepeated ? wordsOf(pieces) : before + wordsOf(pieces));
        const calls = seen.events.slice(seen.events.findLastIndex(({ type }) => type === 'start')).filter(({ type }) => type === 'tool_call_delta');
        expect(calls).toEqual(pieces.filter(({ type }) => type === 'tool_call_delta'));
      }),
      { numRuns: 1000 },
    ));
});

describe('onFailure continue: real sockets', () => {
  it('T-RF-05, T-RF-06: prefills the spare endpoint with the partial answer', async () => {
    const cut = script().data(chunk({ text: 'Once upon a ' })).data(chunk({ text: 'time there' })).reset();
    await using first = await scriptedEndpoint(cut);
    await using second = await scriptedEndpoint(scriptOfAnswer('a time there was a stream.'));
    const modelAt = (baseUrl: string) => openAICompatModel({ provider: 'test', id: 'm', baseUrl });
    const messages = [{ role: 'user', content: 'Tell me a tale' }] as const;
    const call = streamOpenAICompletions(modelAt(first.baseUrl), { messages });
    const rest = (_: unknown, { partial }: FallbackContext) =>
      streamOpenAICompletions(modelAt(second.baseUrl), {
        messages: [...messages, ...(partial === undefined ? [] : [{ role: 'assistant', content: partial.text } as const])],
      });
    const seen = await new Promise<Seen>((resolve) => {
      const events: StreamEvent[] = [];
      call.pipe(fallbackEndpoints([rest], { onFailure: 'continue' }), verifyEvents()).subscribe({
        next: (event) => events.push(event),
        error: (error: unknown) => resolve({ events, error }),
        complete: () => resolve({ events, error: undefined }),
      });
    });
    expect(seen.error).toBeUndefined();
    expect(textOf(seen)).toBe('Once upon a time there was a stream.');
    expect(second.requests[0]?.json()).toMatchObject({ messages: [...messages, { role: 'assistant', content: 'Once upon a time there' }] });
    await first.closed();
    await second.closed({ withinMs: 10_000 });
  });
});

describe('onFailure continue: types', () => {
  it('tells a function what there is to go on from', () => {
    fallbackEndpoints(
      [
        (error, context) => {
          expectTypeOf(error).toEqualTypeOf<CompletionError>();
          expectTypeOf(context.partial).toEqualTypeOf<PartialAnswer | undefined>();
          return NEVER;
        },
      ],
      { onFailure: 'continue', whenRefused: 'restart', joins: ({ overlap }) => overlap > 0 },
    );
    // @ts-expect-error -- no such policy
    expect(() => fallbackEndpoints([], { onFailure: 'continue', whenRefused: 'continue' })).toThrow(CompletionError);
  });
});

import fc from 'fast-check';
import { concat, EMPTY, from, map, mergeMap, NEVER, of, Subject, take, tap, throwError, type GroupedObservable, type Observable } from 'rxjs';
import { CompletionError, type RetryEvent, type StreamEvent } from 'rx-completions';
import {
  accumulateText,
  assembleToolCalls,
  byChoice,
  collectMessage,
  markParts,
  stripThink,
  verifyEvents,
  type AnswerMessage,
  type ToolCallEvent,
} from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';
import { readResponse } from '../support/readResponse.ts';

const response: StreamEvent = { type: 'response', id: 'r1' };
const error = { code: 'connect', message: 'm', phase: 'connect', retryable: true, committed: true } as const;
const retry = (attempt: number): RetryEvent => ({ type: 'retry', attempt, error, discarded: true });

type Streams = Map<number, StreamEvent[]>;

/** What each choice is told, and how it ends. */
const split = (source: Observable<StreamEvent>): { readonly told: Streams; readonly endings: Map<number, unknown>; readonly failure: unknown } => {
  const told: Streams = new Map();
  const endings = new Map<number, unknown>();
  let failure: unknown;
  source.pipe(byChoice()).subscribe({
    next: (choice) => {
      const events: StreamEvent[] = [];
      told.set(choice.key, events);
      // eslint-disable-next-line rxjs-x/no-nested-subscribe -- each choice is to be heard by itself
      choice.subscribe({
        next: (event) => events.push(event),
        error: (reason: unknown) => endings.set(choice.key, reason),
        complete: () => endings.set(choice.key, 'complete'),
      });
    },
    error: (reason: unknown) => (failure = reason),
  });
  return { told, endings, failure };
};

const short = (events: readonly StreamEvent[] | undefined): string | undefined =>
  events?.map((event) => ('delta' in event ? event.delta : 'reason' in event ? `${event.type}:${event.reason}` : event.type)).join(' ');

const flat = (source: Observable<StreamEvent>): Observable<{ type: string; key: number; event: StreamEvent }> =>
  source.pipe(
    byChoice(),
    mergeMap((choice) => choice.pipe(map((event) => ({ type: event.type, key: choice.key, event })))),
  );

describe('byChoice: the operator contract', () => {
  // A choice that has come up is told of a new attempt at once, and one that has not when it does: see the law below.
  for (const law of operatorContract(() => flat, { except: ['resets on start'] })) it(law.name, law.run);
});

describe('byChoice', () => {
  const events = [
    start(),
    response,
    text('a'),
    text('b', 1),
    usageReport({ prompt_tokens: 1 }),
    finish('length', 1),
    reasoning('c'),
    finish('stop', 0),
    done('stop'),
  ];

  it('T-CH-07: gives each choice a stream of its own, as if it had been asked for alone', () => {
    const { told, endings } = split(from(events));
    expect(told.get(0)).toEqual([start(), response, text('a'), usageReport({ prompt_tokens: 1 }), reasoning('c'), finish('stop'), done('stop')]);
    expect(told.get(1)).toEqual([start(), response, text('b'), usageReport({ prompt_tokens: 1 }), finish('length'), done('length')]);
    expect([...endings]).toEqual([[0, 'complete'], [1, 'complete']]);
  });

  it('emits a choice with its first event, and what was shared before', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-a-b-f-g-d-|', { s: start(), a: text('a'), b: text('b', 1), f: finish('stop', 0), g: finish('length', 1), d: done('stop') });
      const subscription = '^-----------!';
      const expected = '    --A-B-------|';
      expectObservable(source.pipe(byChoice(), map(({ key }) => key))).toBe(expected, { A: 0, B: 1 });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('tells a late choice what was shared since the last start, and what came before the first', () => {
    const warning: StreamEvent = { type: 'warning', code: 'w', message: 'w' };
    const { told } = split(of(warning, start(), response, text('a'), retry(2), start(2), usageReport({}), text('b', 3), finish('stop', 3), done('stop', 2)));
    expect(short(told.get(3))).toBe('start usage_report b finish:stop done:stop');
    expect(short(split(of(warning, start(), text('b', 3))).told.get(3))).toBe('warning start b');
  });

  it('tells a late choice the latest of a flood, and never without start and response', () => {
    const flood = Array.from({ length: 1000 }, (_, n): StreamEvent => ({ type: 'raw', chunk: n }));
    const { told } = split(from([start(), response, ...flood, text('a', 1)]));
    const events = told.get(1) ?? [];
    expect(events.slice(0, 2)).toEqual([start(), response]);
    expect(events).toHaveLength(257);
    expect(events.at(-2)).toEqual({ type: 'raw', chunk: 999 });
  });

  it('goes on in the same streams with a new attempt', () => {
    const { told } = split(from([start(), text('a'), text('b', 1), finish('length', 1), retry(2), start(2), text('c', 1), text('d'), finish('stop', 0), finish('stop', 1), done('stop', 2)]));
    expect(short(told.get(0))).toBe('start a retry start d finish:stop done:stop');
    expect(short(told.get(1))).toBe('start b finish:length retry start c finish:stop done:stop');
  });

  it('ends a choice that the last attempt did not give as unknown', () => {
    const { told, endings } = split(from([start(), text('a'), text('b', 1), finish('length', 1), start(2), text('c'), finish(), done('stop', 2)]));
    expect(short(told.get(1))).toBe('start b finish:length start finish:unknown done:unknown');
    expect(endings.get(1)).toBe('complete');
    expect(short(split(of(text('a'), text('b', 1), done('length'))).told.get(1))).toBe('b done:length');
  });

  it('deals out what operators before it have added', () => {
    const calls: [number, ToolCallEvent][] = [];
    of(start(), toolDelta({ index: 0, id: 'x', name: 'f' }, '{}'), toolDelta({ index: 0, id: 'y', name: 'g' }, '{}', 1), finish('tool_calls'), finish('tool_calls', 1), done('tool_calls'))
      .pipe(assembleToolCalls(), byChoice(), mergeMap((choice) => choice.pipe(map((event) => [choice.key, event] as const))))
      .subscribe(([key, event]) => event.type === 'tool_call' && calls.push([key, event]));
    expect(calls).toMatchObject([[0, { choice: 0, id: 'x' }], [1, { choice: 0, id: 'y' }]]);
  });

  it('makes no choice of an answer that never has one', () => {
    const failure = new CompletionError('empty_response');
    expect(split(concat(of(start()), throwError(() => failure)))).toEqual({ told: new Map(), endings: new Map(), failure });
  });
});

describe('byChoice: listening', () => {
  const keep = (source: Observable<StreamEvent>, config?: Parameters<typeof byChoice>[0]): GroupedObservable<number, StreamEvent>[] => {
    const choices: GroupedObservable<number, StreamEvent>[] = [];
    source.pipe(byChoice(config)).subscribe({ next: (choice) => choices.push(choice), error: () => undefined });
    return choices;
  };
  const listen = (choice: Observable<StreamEvent> | undefined): { events: StreamEvent[]; ending: unknown } => {
    const heard: { events: StreamEvent[]; ending: unknown } = { events: [], ending: undefined };
    choice?.subscribe({ next: (event) => heard.events.push(event), error: (reason: unknown) => (heard.ending = reason), complete: () => (heard.ending = 'complete') });
    return heard;
  };

  it('loses nothing of a choice that is subscribed to late, in the middle or after the end', () => {
    const source = new Subject<StreamEvent>();
    const [first, second] = [keep(source), keep(source)];
    for (const event of [start(), text('a'), text('b')]) source.next(event);
    const early = listen(first[0]);
    expect(short(early.events)).toBe('start a b');
    for (const event of [text('c'), finish(), done()]) source.next(event);
    source.complete();
    expect(short(early.events)).toBe('start a b c finish:stop done:stop');
    expect(listen(second[0])).toEqual({ events: early.events, ending: 'complete' });
    expect(early.ending).toBe('complete');
  });

  it('tells a late listener how the call failed, behind what came', () => {
    const failure = new CompletionError('connection_lost');
    const [choice] = keep(concat(of(start(), text('a')), throwError(() => failure)));
    expect(listen(choice)).toEqual({ events: [start(), text('a')], ending: failure });
  });

  it('keeps the order when more comes while it tells what it held', () => {
    const source = new Subject<StreamEvent>();
    const choices = keep(source);
    for (const event of [start(), text('a'), text('b')]) source.next(event);
    const heard: StreamEvent[] = [];
    choices[0]?.subscribe((event) => {
      heard.push(event);
      if (event.type === 'start') source.next(text('c'));
    });
    expect(short(heard)).toBe('start a b c');
  });

  it('holds for the first listener only', () => {
    const source = new Subject<StreamEvent>();
    const choices = keep(source);
    for (const event of [start(), text('a')]) source.next(event);
    listen(choices[0]);
    const second = listen(choices[0]);
    source.next(text('b'));
    expect(short(second.events)).toBe('b');
  });

  it('fails a choice that nobody listens to beyond maxHeldEvents, and no other', () => {
    const source = new Subject<StreamEvent>();
    const choices = keep(source, { maxHeldEvents: 3 });
    for (const event of [start(), text('a'), text('b', 1)]) source.next(event);
    const other = listen(choices[1]);
    for (const event of [text('c'), text('d'), text('e', 1)]) source.next(event);
    expect(listen(choices[0])).toMatchObject({ events: [], ending: { code: 'limit', message: expect.stringContaining('maxHeldEvents allows (3)') as string } });
    expect(short(other.events)).toBe('start b e');
    source.complete();
    expect(other.ending).toBe('complete');
  });

  it('leaves the others when one choice is left, and ends the call when all are', () => {
    const source = new Subject<StreamEvent>();
    const subscriptions: { unsubscribe(): void }[] = [];
    const heard: string[] = [];
    // eslint-disable-next-line rxjs-x/no-nested-subscribe -- each choice is to be left by itself
    const outer = source.pipe(byChoice()).subscribe((choice) => subscriptions.push(choice.subscribe((event) => heard.push(`${choice.key} ${event.type}`))));
    for (const event of [start(), text('a'), text('b', 1)]) source.next(event);
    subscriptions[0]?.unsubscribe();
    source.next(text('c', 1));
    source.next(text('d', 0));
    expect(heard.slice(-1)).toEqual(['1 text_delta']);
    outer.unsubscribe();
    expect(source.observed).toBe(true);
    subscriptions[1]?.unsubscribe();
    expect(source.observed).toBe(false);
  });

  it('goes on for a choice that was taken out of the stream of choices', () => {
    const texts: string[] = [];
    from([start(), text('a'), text('b', 1), text('c'), finish(), finish('stop', 1), done()])
      .pipe(byChoice(), take(1), mergeMap((choice) => choice.pipe(accumulateText())))
      .subscribe((words) => texts.push(words));
    expect(texts).toEqual(['a', 'ac']);
  });

  it('ends the call when every choice is left within its stream', () => {
    let left = 0;
    concat(of(start(), text('a'), text('b', 1)), NEVER)
      .pipe(tap({ unsubscribe: () => (left += 1) }), byChoice(), take(2), mergeMap((choice) => choice.pipe(take(1))))
      .subscribe();
    expect(left).toBe(1);
  });
});

describe('byChoice: laws', () => {
  const { answers, cuts } = arbitraries(fc);

  it('each stream is a legal answer, behind any operator, and says what its choice says', () =>
    fc.assert(
      fc.property(answers().chain((answer) => cuts(answer.bytes).map((pieces) => ({ answer, pieces }))), fc.nat(20), ({ answer, pieces }, breakAt) => {
        const { events } = readResponse(pieces);
        // Or one that breaks off and begins again.
        const again = [start(2), ...events.slice(1, -1), ...events.slice(-1).map((event) => ({ ...event, attempts: 2 }))];
        const source = breakAt % 2 === 0 ? events : [...events.slice(0, Math.min(breakAt, events.length - 1)), ...again];
        const collected = new Map<number, AnswerMessage>();
        let failure: unknown;
        from(source)
          .pipe(
            byChoice(),
            mergeMap((choice) =>
              choice.pipe(
                verifyEvents(),
                stripThink({ position: 'leading', tags: ['never'] }),
                assembleToolCalls(),
                markParts(),
                verifyEvents(),
                collectMessage(),
                map((message) => [choice.key, message] as const),
              ),
            ),
          )
          .subscribe({ next: ([key, message]) => collected.set(key, message), error: (reason: unknown) => (failure = reason) });
        expect(failure).toBeUndefined();
        answer.expected.finish.forEach((reason, choice) => {
          const message = collected.get(choice);
          expect(message?.finishReason).toBe(reason);
          const wordsOf = (type: string): string => (message?.content ?? []).map((part) => (part.type === type && 'text' in part ? part.text : '')).join('');
          expect([wordsOf('text'), wordsOf('reasoning')]).toEqual([answer.expected.text[choice], answer.expected.reasoning[choice]]);
        });
      }),
      { numRuns: 500 },
    ));

  it('resets on start: what a choice is told from the last start on is what it is told of that attempt alone', () =>
    fc.assert(
      fc.property(answers(), answers(), fc.nat(), (one, two, at) => {
        const before = readResponse([one.bytes]).events.slice(0, -1);
        const attempt = readResponse([two.bytes]).events.slice(1);
        const alone = split(from([start(2), ...attempt])).told;
        const after = split(from([start(), ...before.slice(0, at % before.length), start(2), ...attempt])).told;
        for (const [key, events] of alone) {
          const told = after.get(key) ?? [];
          expect(told.slice(told.findLastIndex(({ type }) => type === 'start'))).toEqual(events);
        }
      }),
      { numRuns: 300 },
    ));
});

describe('byChoice: config and types', () => {
  it('refuses what it does not know', () => {
    // @ts-expect-error: no such option
    expect(() => byChoice({ maxHeldEvent: 1 })).toThrow('did you mean `maxHeldEvents`?');
  });

  it('infers in a pipe, what others have added too', () => {
    const events: Observable<StreamEvent> = EMPTY;
    expectTypeOf(events.pipe(byChoice())).toEqualTypeOf<Observable<GroupedObservable<number, StreamEvent>>>();
    expectTypeOf(events.pipe(assembleToolCalls(), byChoice())).toEqualTypeOf<Observable<GroupedObservable<number, StreamEvent | ToolCallEvent>>>();
    // @ts-expect-error: what has no type is no event
    void of(1).pipe(byChoice());
  });
});

import fc from 'fast-check';
import { catchError, concat, EMPTY, from, map, mergeMap, NEVER, of, Subject, take, tap, throwError, type Observable } from 'rxjs';
import { CompletionError, type StreamEvent } from 'rx-completions';
import { assembleToolCalls, byToolCall, stripThink, type ToolCallEvent, type ToolCallStream } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, start, text, toolDelta } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';
import { readResponse } from '../support/readResponse.ts';

type Config = Parameters<typeof byToolCall>[0];

interface Heard extends Omit<ToolCallStream, 'args'> {
  readonly args: readonly string[];
  /** `'whole'`, an error, or nothing yet. */
  readonly ending: unknown;
}

const hear = ({ args, ...head }: ToolCallStream): Heard => {
  const texts: string[] = [];
  const heard = { ...head, args: texts, ending: undefined as unknown };
  args.subscribe({
    next: (so) => texts.push(so),
    error: (reason: unknown) => (heard.ending = reason),
    complete: () => (heard.ending = 'whole'),
  });
  return heard;
};

/** What each call of a source says, heard from the moment it is there. */
const split = (source: Observable<StreamEvent>, config?: Config): Heard[] => {
  const calls: Heard[] = [];
  source.pipe(byToolCall(config)).subscribe({ next: (call) => calls.push(hear(call)), error: () => undefined });
  return calls;
};

const flat =
  (config?: Config) =>
  (source: Observable<StreamEvent>): Observable<unknown> =>
    source.pipe(
      byToolCall(config),
      mergeMap(({ callId, name, args }) =>
        args.pipe(
          map((so) => [callId, name, so]),
          // A call that a new attempt voids is not to end what comes of the new one.
          catchError((error: unknown) => (error instanceof CompletionError && error.code === 'tool_input' ? EMPTY : throwError(() => error as Error))),
        ),
      ),
    );

const cut = { code: 'tool_input', message: 'the answer ended before the call was whole' };

const ends = [finish('tool_calls'), done('tool_calls')] as const;

describe('byToolCall: the operator contract', () => {
  for (const law of operatorContract(flat)) it(law.name, law.run);
  for (const law of operatorContract(() => flat({ tools: [{ name: 'weather' }, { name: 'now' }] }))) it(`${law.name}, with tools`, law.run);
});

describe('byToolCall', () => {
  it('emits a call when its arguments begin, and its arguments as they grow', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-c-x-d-y-z-f-e-|', {
        s: start(),
        c: toolDelta({ index: 0, id: 'c0', name: 'weather' }),
        x: toolDelta({ index: 0 }, '{"city":'),
        d: toolDelta({ index: 1, id: 'c1', name: 'now' }),
        y: toolDelta({ index: 1 }, '{}'),
        z: toolDelta({ index: 0 }, '"Bern"}'),
        f: finish('tool_calls'),
        e: done('tool_calls'),
      });
      const subscription = '^---------------!';
      const calls = '       ----C---D-------|';
      const args = '        ----a---e-b-----|';
      expectObservable(source.pipe(byToolCall(), map(({ choice, index, callId, id, name }) => ({ choice, index, callId, id, name })))).toBe(calls, {
        C: { choice: 0, index: 0, callId: 'c0', id: 'c0', name: 'weather' },
        D: { choice: 0, index: 1, callId: 'c1', id: 'c1', name: 'now' },
      });
      expectObservable(source.pipe(byToolCall(), mergeMap(({ args: texts }) => texts))).toBe(args, {
        a: '{"city":',
        b: '{"city":"Bern"}',
        e: '{}',
      });
      expectSubscriptions(source.subscriptions).toBe([subscription, subscription]);
    }));

  it('completes the arguments when the answer has finished and not before (T-TC-11)', () => {
    const source = new Subject<StreamEvent>();
    const calls = split(source);
    for (const event of [start(), toolDelta({ index: 0, id: 'c', name: 'f' }, '{"a":1}'), toolDelta({ index: 1, id: 'd', name: 'g' }, '{}'), finish('tool_calls')]) source.next(event);
    expect(calls.map(({ ending }) => ending)).toEqual([undefined, undefined]);
    source.next(toolDelta({ index: 0 }, ' '));
    source.next(done('tool_calls'));
    expect(calls.map(({ args, ending }) => [args, ending])).toEqual([[['{"a":1}', '{"a":1} '], 'whole'], [['{}'], 'whole']]);
  });

  it('knows a name by the tools offered, unless it may be the beginning of another', () => {
    const named = (name: string, tools?: readonly { name: string }[]): number => split(concat(of(start(), toolDelta({ index: 0, name })), NEVER), { tools }).length;
    expect(named('weather')).toBe(0);
    expect(named('weather', [{ name: 'weather' }])).toBe(1);
    expect(named('weather', [{ name: 'weather' }, { name: 'weather_now' }])).toBe(0);
    expect(named('other', [{ name: 'weather' }])).toBe(0);
  });

  it('T-TC-06: names a call whose name came in pieces by the whole of it', () => {
    const pieces = [toolDelta({ index: 0, name: 'get_' }), toolDelta({ index: 0, name: 'time' }), toolDelta({ index: 0 }, '{}')];
    expect(split(from([start(), ...pieces, ...ends]))).toMatchObject([{ name: 'get_time', args: ['{}'], ending: 'whole' }]);
  });

  it('T-TC-09: gives {} as the last word of a call without arguments', () => {
    const calls = [toolDelta({ index: 0, id: 'a', name: 'f' }), toolDelta({ index: 1, id: 'b', name: 'g' }, 'null'), toolDelta({ index: 2, id: 'c', name: 'h' }, ' ')];
    expect(split(from([start(), ...calls, ...ends])).map(({ name, args, ending }) => [name, args, ending])).toEqual([
      ['g', ['null', '{}'], 'whole'],
      ['h', [' ', '{}'], 'whole'],
      ['f', ['{}'], 'whole'],
    ]);
  });

  it('tells every call at the end, also one without a name, and none that nothing ever came for', () => {
    expect(split(from([start(), toolDelta({ index: 0 }, '{}'), toolDelta({ index: 1 }), ...ends]))).toEqual([
      { choice: 0, index: 0, callId: 'call_0_0', name: '', args: ['{}'], ending: 'whole' },
    ]);
  });

  it.each(['length', 'content_filter'] as const)('T-TC-13: fails the arguments of an answer cut by %s', (reason) => {
    const [call] = split(from([start(), toolDelta({ index: 0, name: 'f' }, '{"a":1}'), finish(reason), done(reason)]));
    expect(call).toMatchObject({ args: ['{"a":1}'], ending: cut });
  });

  it('fails the arguments where the source completes with neither finish nor done, and not where one came', () => {
    expect(split(of(toolDelta({ index: 0, name: 'f' }, '{}')))).toMatchObject([{ ending: cut }]);
    expect(split(of(toolDelta({ index: 0, name: 'f' }, '{}'), finish('tool_calls')))).toMatchObject([{ ending: 'whole' }]);
    expect(split(of(toolDelta({ index: 0, name: 'f' }, '{}'), done('stop')))).toMatchObject([{ ending: 'whole' }]);
  });

  it("fails with the source's error, and leaves calls alone that had ended", () => {
    const failure = new CompletionError('connection_lost');
    const answer = [start(), toolDelta({ index: 0, name: 'f' }, '{}')];
    const [early, late] = split(concat(from([...answer, ...ends]), from(answer), throwError(() => failure)));
    expect(early?.ending).toBe('whole');
    expect(late?.ending).toBe(failure);
  });

  it('fails a call that a start voids; the calls of the new attempt are others', () => {
    const first = toolDelta({ index: 0, id: 'c', name: 'f' }, '{"a"');
    const unnamed = toolDelta({ index: 1, id: 'd', name: 'g' });
    const calls = split(from([start(), first, unnamed, start(2), toolDelta({ index: 0, id: 'c', name: 'f' }, '{}'), ...ends]));
    expect(calls).toMatchObject([
      { callId: 'c', args: ['{"a"'], ending: { code: 'tool_input', retryable: false, message: 'the attempt that made the call is void' } },
      { callId: 'c', args: ['{}'], ending: 'whole' },
    ]);
  });

  it('T-CH-07: reads every choice, or the one it is told, with names that are their own among all', () => {
    const source = of(start(), toolDelta({ index: 0, id: 'c', name: 'f' }, '{}'), toolDelta({ index: 0, id: 'c', name: 'g' }, '{}', 1), finish('tool_calls'), finish('length', 1), done('tool_calls'));
    expect(split(source)).toMatchObject([
      { choice: 0, callId: 'c', name: 'f', ending: 'whole' },
      { choice: 1, callId: 'call_1_0', id: 'c', name: 'g', ending: cut },
    ]);
    expect(split(source, { choice: 1 })).toMatchObject([{ choice: 1, callId: 'call_1_0' }]);
  });

  it('tells a late listener the text so far, and then the rest', () => {
    const source = new Subject<StreamEvent>();
    const calls: ToolCallStream[] = [];
    source.pipe(byToolCall()).subscribe((call) => calls.push(call));
    for (const event of [start(), toolDelta({ index: 0, name: 'f' }, '{'), toolDelta({ index: 0 }, '"a":')]) source.next(event);
    const [call] = calls.map(hear);
    source.next(toolDelta({ index: 0 }, '1}'));
    for (const event of ends) source.next(event);
    source.complete();
    expect(call).toMatchObject({ args: ['{"a":', '{"a":1}'], ending: 'whole' });
    expect(calls.map(hear)).toMatchObject([{ args: ['{"a":1}'], ending: 'whole' }]);
  });

  it('leaves the others when one call is left, and ends the answer when all are', () => {
    let left = 0;
    const answer = concat(of(start(), toolDelta({ index: 0, name: 'f' }, '{'), toolDelta({ index: 1, name: 'g' }, '{'), toolDelta({ index: 1 }, '}')), NEVER);
    const texts: string[] = [];
    answer
      .pipe(tap({ unsubscribe: () => (left += 1) }), byToolCall(), take(2), mergeMap(({ name, args }) => args.pipe(take(name === 'f' ? 1 : 2))))
      .subscribe((so) => texts.push(so));
    expect(texts).toEqual(['{', '{', '{}']);
    expect(left).toBe(1);
  });

  it('leaves what is no call alone', () => {
    expect(split(of(start(), text('a'), finish(), done()))).toEqual([]);
  });
});

describe('byToolCall: laws', () => {
  const { answers, cuts } = arbitraries(fc);

  it('conservation: the calls and their last words are those of assembleToolCalls, and each word goes on from the one before', () =>
    fc.assert(
      fc.property(answers({ maxToolCalls: 5 }).chain(({ bytes }) => cuts(bytes)), fc.constantFrom('stop', 'length'), (pieces, reason) => {
        const events = readResponse(pieces).events.map((event) => ('reason' in event ? { ...event, reason } : event));
        const assembled: ToolCallEvent[] = [];
        from(events).pipe(assembleToolCalls()).subscribe((event) => event.type === 'tool_call' && assembled.push(event));
        const calls = split(from(events));
        expect(new Map(calls.map(({ callId, name, id, choice, args, ending }) => [callId, { name, id, choice, args: args.at(-1) ?? '', whole: ending === 'whole' }]))).toEqual(
          new Map(assembled.map(({ callId, name, id, choice, args, complete }) => [callId, { name, id, choice, args, whole: complete }])),
        );
        for (const { args } of calls) args.reduce((before, after) => (expect(after.startsWith(before)).toBe(true), after), '');
      }),
      { numRuns: 500 },
    ));

  it('is linear: 200,000 fragments of a call, and 20,000 calls', () => {
    const fragments = Array.from({ length: 200_000 }, () => toolDelta({ index: 0 }, ' '));
    const [call] = split(from([toolDelta({ index: 0, name: 'f' }, '{'), ...fragments, ...ends]));
    expect(call?.args).toHaveLength(200_001);
    const many = Array.from({ length: 20_000 }, (_, index) => toolDelta({ index, id: `c${index}`, name: 'f' }, '{}'));
    expect(split(from([...many, ...ends]))).toHaveLength(20_000);
  });
});

describe('byToolCall: config and types', () => {
  it('refuses what it does not know', () => {
    // @ts-expect-error: no such option
    expect(() => byToolCall({ tool: [] })).toThrow('did you mean `tools`?');
  });

  it('infers in a pipe', () => {
    const events: Observable<StreamEvent> = EMPTY;
    expectTypeOf(events.pipe(byToolCall())).toEqualTypeOf<Observable<ToolCallStream>>();
    expectTypeOf(events.pipe(stripThink(), byToolCall({ choice: 1 }))).toEqualTypeOf<Observable<ToolCallStream>>();
    // @ts-expect-error: what has no type is no event
    void of(1).pipe(byToolCall());
  });
});

import fc from 'fast-check';
import { concat, EMPTY, lastValueFrom, NEVER, of, throwError, toArray, type Observable } from 'rxjs';
import { CompletionError, type FallbackEvent, type RetryEvent, type StreamEvent } from 'rx-completions';
import {
  assembleToolCalls,
  EventGrammarError,
  fallbackEndpoints,
  normalizeUsage,
  stripThink,
  verifyEvents,
  type ToolCallEvent,
} from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { readResponse } from '../support/readResponse.ts';

const response: StreamEvent = { type: 'response', id: 'r1' };
const heartbeat: StreamEvent = { type: 'heartbeat' };
const warning: StreamEvent = { type: 'warning', code: 'w', message: 'w' };
const raw: StreamEvent = { type: 'raw', chunk: { choices: [null, 1, 'a', true] } };
const error = { code: 'connect', message: 'm', phase: 'connect', retryable: true, committed: false } as const;
const retry = (attempt: number, discarded = false): RetryEvent => ({ type: 'retry', attempt, delayMs: 1, error, discarded });
const fallback = (attempt: number, discarded = false): FallbackEvent => ({ type: 'fallback', attempt, error, discarded });

type Loose = StreamEvent | { readonly type: string; readonly [field: string]: unknown };

/** The rule these events break, with how many events went before; `undefined` when they break none. */
const breakIn = (...events: readonly Loose[]): readonly [position: number, rule: string] | undefined => {
  const passed: unknown[] = [];
  let broken: unknown;
  of(...events)
    .pipe(verifyEvents())
    .subscribe({ next: (event) => passed.push(event), error: (reason: unknown) => (broken = reason) });
  expect(passed).toEqual(events.slice(0, passed.length));
  if (broken === undefined) {
    expect(passed).toHaveLength(events.length);
    return undefined;
  }
  expect(broken).toBeInstanceOf(EventGrammarError);
  const { position, rule } = broken as EventGrammarError;
  expect(position).toBe(passed.length);
  return [position, rule];
};

const ending = [finish(), done()] as const;

describe('verifyEvents: the operator contract', () => {
  // An attempt with the number of an earlier one is what it is there to find.
  for (const law of operatorContract(() => verifyEvents(), { except: ['resets on start'] })) it(law.name, law.run);

  it('resets on start', () => {
    const before = [start(), response, text('a'), text('b', 1), finish('length', 0)];
    for (let count = 1; count <= before.length; count++)
      expect(breakIn(...before.slice(0, count), start(2), response, text('a'), finish(), done('stop', 2))).toBeUndefined();
  });
});

describe('verifyEvents: passes', () => {
  it.each<readonly [string, readonly Loose[]]>([
    ['a whole answer', [start(), response, reasoning('hm'), text('Hi'), toolDelta({ index: 0 }), usageReport({ n: 1 }), ...ending]],
    ['an answer without response and content', [start(), ...ending]],
    ['warnings, heartbeats, raw chunks and usage anywhere in an attempt', [start(), heartbeat, raw, warning, response, usageReport({}), text('a'), heartbeat, raw, finish(), warning, usageReport({}), done()]],
    ['heartbeats and warnings before an attempt', [heartbeat, warning, start(), ...ending]],
    ['choices that end at different times', [start(), text('a'), text('b', 1), finish('length', 1), text('a'), finish('stop', 0), done('stop')]],
    ['T-RF-02, T-RF-04: retries and fallbacks before the only start', [retry(2), fallback(3), retry(4), start(4), text('a'), finish(), done('stop', 4)]],
    ['a restart', [start(), text('a'), fallback(2, true), start(2), response, text('a'), finish(), done('stop', 2)]],
    ['a second start that no notice announced, as of a hedge', [start(), text('a'), start(3), ...[finish(), done('stop', 3)]]],
    ['an answer that another endpoint goes on with', [start(), response, text('a'), fallback(2), response, text('b'), finish(), done('stop', 2)]],
    ['more attempts than started', [start(), finish(), done('stop', 3)]],
    ['events of operators, whatever they hold', [{ type: 'mine' }, start(), { type: 'tool_call', at: new Date(0), no: undefined }, ...ending]],
  ])('%s', (_, events) => {
    expect(breakIn(...events)).toBeUndefined();
  });

  it('an error as the ending, at any time and as it is', () => {
    const failure = new CompletionError('truncated');
    for (const events of [[], [start()], [start(), text('a')], [start(), ...ending]]) {
      let seen: unknown;
      concat(of(...events), throwError(() => failure)).pipe(verifyEvents()).subscribe({ error: (reason: unknown) => (seen = reason) });
      expect(seen).toBe(failure);
    }
  });

  it('silence: a source that has not ended breaks nothing', () => {
    let notified = 0;
    concat(of(start()), NEVER).pipe(verifyEvents()).subscribe({ error: () => (notified += 1), complete: () => (notified += 1) }).unsubscribe();
    expect(notified).toBe(0);
  });
});

describe('verifyEvents: fails', () => {
  const unstarted = 'no attempt has started';
  it.each<readonly [string, readonly Loose[], readonly [number, string]]>([
    ['content before start', [text('a')], [0, unstarted]],
    ['response before start', [response], [0, unstarted]],
    ['usage before start', [usageReport({})], [0, unstarted]],
    ['a raw chunk before start', [raw], [0, unstarted]],
    ['finish before start', [finish()], [0, unstarted]],
    ['done before start', [done()], [0, unstarted]],
    ['content between a notice that voids it and the next start', [start(), text('a'), retry(2, true), text('b')], [3, unstarted]],
    ['fault 109: a second start of the same attempt', [start(), start()], [1, 'attempt 1 begins although attempt 1 has begun']],
    ['an attempt after a later one', [start(3), start(2)], [1, 'attempt 2 begins although attempt 3 has begun']],
    ['a start below the number announced', [retry(3), start(2)], [1, 'attempt 2 begins although attempt 3 has begun']],
    ['a second start of what was announced', [retry(2), start(2), start(2)], [2, 'attempt 2 begins although attempt 2 has begun']],
    ['a notice of an attempt that has begun', [start(), fallback(1)], [1, 'attempt 1 begins although attempt 1 has begun']],
    ['two notices of one attempt', [retry(2), fallback(2)], [1, 'attempt 2 begins although attempt 2 has begun']],
    ['a second response', [start(), response, response], [2, 'the attempt has responded before']],
    ['response after content', [start(), text('a'), response], [2, 'content came before it']],
    ['content after finish', [start(), text('a'), finish(), reasoning('b')], [3, 'choice 0 has finished before']],
    ['a second finish', [start(), finish('length', 1), finish('stop', 1)], [2, 'choice 1 has finished before']],
    ['done while a choice runs', [start(), text('a', 2), finish(), done()], [3, 'choice 2 has not finished']],
    ['done without any finish', [start(), done()], [1, 'the first choice finished with nothing, not with stop']],
    ['done with the reason of another choice', [start(), finish('length', 1), finish('stop', 0), done('length')], [3, 'the first choice finished with stop, not with length']],
    ['done with fewer attempts than began', [retry(2), start(2), finish(), done('stop', 1)], [3, 'attempt 2 has begun, which is more than 1']],
    ['anything after done', [start(), ...ending, heartbeat], [3, 'done is the last event']],
    ['an event of an operator after done', [start(), ...ending, { type: 'mine' }], [3, 'done is the last event']],
    ['completion without done', [start(), text('a'), finish()], [3, 'done has not come']],
    ['completion without anything', [], [0, 'done has not come']],
    ['a field that is undefined', [{ ...start(), requestId: undefined }], [0, 'start.requestId is no JSON value']],
    ['a date', [start(), { type: 'raw', chunk: { at: [new Date(0)] } }], [1, 'raw.chunk.at.0 is no JSON value']],
    ['a number that JSON does not know', [start(), usageReport({ tokens: NaN })], [1, 'usage_report.report.tokens is no JSON value']],
    ['an Error in a notice', [{ ...retry(2), error: new CompletionError('connect') }], [0, 'retry.error is no JSON value']],
  ])('%s', (_, events, broken) => {
    expect(breakIn(...events)).toEqual(broken);
  });

  it('with an error of its own that says where, and quotes nothing of the answer', () => {
    const secret = text('sk-canary');
    let broken: unknown;
    of(start(), finish(), secret).pipe(verifyEvents()).subscribe({ error: (reason: unknown) => (broken = reason) });
    expect(broken).not.toBeInstanceOf(CompletionError);
    expect(broken).toMatchObject({ name: 'EventGrammarError', event: secret });
    expect((broken as Error).message).toBe('text_delta after 2 events: choice 0 has finished before');
    EMPTY.pipe(verifyEvents()).subscribe({ error: (reason: unknown) => (broken = reason) });
    expect((broken as Error).message).toBe('the completion after 0 events: done has not come');
    expect(broken).not.toHaveProperty('event');
  });

  it('once and for all: no fallback mends it', () => {
    let asked = 0;
    let broken: unknown;
    of(text('a'))
      .pipe(verifyEvents(), fallbackEndpoints([() => ((asked += 1), EMPTY)]))
      .subscribe({ error: (reason: unknown) => (broken = reason) });
    expect(broken).toBeInstanceOf(EventGrammarError);
    expect(asked).toBe(0);
  });
});

describe('verifyEvents: laws', () => {
  const { answers, cuts } = arbitraries(fc);

  it('every answer of a call obeys the grammar, behind operators too', () =>
    fc.assert(
      fc.asyncProperty(answers().chain(({ bytes }) => cuts(bytes)), async (pieces) => {
        const { events } = readResponse(pieces);
        const verified = of(...events).pipe(
          verifyEvents(),
          stripThink(),
          verifyEvents(),
          assembleToolCalls({ partial: true }),
          normalizeUsage(),
          verifyEvents(),
          toArray(),
        );
        expect((await lastValueFrom(verified, { defaultValue: [] })).at(-1)).toMatchObject({ type: 'done' });
      }),
      { numRuns: 1000 },
    ));

  it('an answer with any one event taken out or told twice breaks it, but for pieces that may be missing or come again', () =>
    fc.assert(
      fc.property(answers(), fc.nat(), fc.boolean(), ({ bytes }, place, twice) => {
        const { events } = readResponse([bytes]);
        const at = place % events.length;
        const event = events[at]!;
        const broken = breakIn(...events.slice(0, at), ...(twice ? [event, event] : []), ...events.slice(at + 1));
        const needed = ['start', 'finish', 'done', ...(twice ? ['response'] : [])];
        expect(broken !== undefined).toBe(needed.includes(event.type));
      }),
      { numRuns: 1000 },
    ));
});

describe('verifyEvents: types', () => {
  it('adds nothing and infers in any place of a pipe', () => {
    const events: Observable<StreamEvent> = of(done());
    expectTypeOf(events.pipe(verifyEvents())).toEqualTypeOf<Observable<StreamEvent>>();
    expectTypeOf(events.pipe(assembleToolCalls(), verifyEvents())).toEqualTypeOf<Observable<StreamEvent | ToolCallEvent>>();
    // @ts-expect-error -- it takes no config
    verifyEvents({});
  });
});

import fc from 'fast-check';
import {
  concat,
  concatMap,
  defer,
  delay,
  EMPTY,
  from,
  lastValueFrom,
  NEVER,
  Observable,
  of,
  queueScheduler,
  retry,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
  VirtualTimeScheduler,
  type SchedulerAction,
  type Subscription,
} from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import {
  CompletionError,
  openAICompatModel,
  streamOpenAICompletions,
  type CompletionErrorCode,
  type CompletionErrorDetails,
  type RetryEvent,
  type StreamEvent,
} from 'rx-completions';
import {
  accumulateText,
  assembleToolCalls,
  EventGrammarError,
  fallbackEndpoints,
  normalizeUsage,
  retryBudget,
  retryCall,
  stripThink,
  verifyEvents,
  type AnyEvent,
  type FallbackEndpointsConfig,
  type RetryCallConfig,
  type RetryContext,
  type ToolCallEvent,
} from 'rx-completions/operators';
import { chunk, operatorContract, script, scriptedEndpoint } from 'rx-completions/testing';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { readResponse } from '../support/readResponse.ts';

const endpoint = (host: string) => ({ provider: 'test', model: 'm', host });
const failure = (code: CompletionErrorCode = 'connect', details: CompletionErrorDetails = {}): CompletionError =>
  new CompletionError(code, { phase: 'headers', endpoint: endpoint('a.test'), ...details });
const failing = (error: Error = failure(), ...before: readonly StreamEvent[]): Observable<StreamEvent> =>
  concat(of(...before), throwError(() => error));
const answer = (words: string): Observable<StreamEvent> => of(start(), text(words), finish(), done());
const heartbeat: StreamEvent = { type: 'heartbeat' };
const longest = () => 1;

/** Answers each subscription in turn, the last one again and again; counts them. */
const inTurn = <E>(...sources: readonly Observable<E>[]) => {
  let asked = 0;
  const source = defer(() => sources[Math.min(asked++, sources.length - 1)]!);
  return {
    source,
    get asked() {
      return asked;
    },
  };
};

/** The notice of a retry, as its test expects it. */
const notice = (attempt: number, delayMs: number, code: CompletionErrorCode = 'connect', discarded = false): RetryEvent =>
  expect.objectContaining({ type: 'retry', attempt, delayMs, discarded, error: expect.objectContaining({ code }) as object }) as RetryEvent;

interface Seen {
  readonly events: readonly StreamEvent[];
  readonly error: unknown;
  readonly completed: boolean;
}

/** What comes while virtual time runs to its end. */
const see = (build: (scheduler: VirtualTimeScheduler) => Observable<unknown>): Seen => {
  const seen = { events: [] as StreamEvent[], error: undefined as unknown, completed: false };
  const scheduler = new VirtualTimeScheduler();
  build(scheduler).subscribe({
    next: (event) => seen.events.push(event as StreamEvent),
    error: (error: unknown) => (seen.error = error),
    complete: () => (seen.completed = true),
  });
  scheduler.flush();
  return seen;
};
const retried = (source: Observable<StreamEvent>, config: RetryCallConfig = {}): Seen =>
  see((scheduler) => source.pipe(retryCall({ random: longest, ...config, scheduler })));
const typesOf = ({ events }: Seen): readonly string[] => events.map(({ type }) => type);
const delaysOf = ({ events }: Seen): readonly (number | undefined)[] =>
  events.flatMap((event) => (event.type === 'retry' ? [event.delayMs] : []));

/** A marble test with the clock the operator is given. */
const inTime = (body: (helpers: RunHelpers, scheduler: TestScheduler) => void): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => body(helpers, scheduler));
};

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('retryCall: the operator contract', () => {
  for (const law of operatorContract(() => retryCall({ maxAttempts: 1 }))) it(law.name, law.run);
  for (const law of operatorContract(() => retryCall({ baseDelayMs: 1, totalMs: 60_000, budget: retryBudget() })))
    it(`${law.name}, with retries, a limit and a budget`, law.run);
});

describe('retryCall: before the commit', () => {
  const values = { s: start(), S: start(2), t: text('Hi'), f: finish(), d: done(), D: done('stop', 2), h: heartbeat };

  it('T-RF-02, T-RF-04, fault 109: says that it waits before it waits, and gives one start', () =>
    inTime(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const sources = [cold('-s-h-#', values, failure()), cold('-s-t---f-d|', values)];
      const asked = '        ^----!';
      const askedAgain = '   ---------^---------!';
      const expected = '     ---h-R------(St)f-D|';
      const { source } = inTurn(...sources);
      const call = source.pipe(retryCall({ baseDelayMs: 4, random: longest, scheduler }), verifyEvents());
      expectObservable(call).toBe(expected, { ...values, R: notice(2, 4) });
      expectSubscriptions(sources[0]!.subscriptions).toBe(asked);
      expectSubscriptions(sources[1]!.subscriptions).toBe(askedAgain);
    }));

  it('T-RF-01: drops what a failed attempt had said without content', () => {
    const { source } = inTurn(failing(failure('truncated'), start(), { type: 'response', id: 'r1' }, text(''), usageReport({})), answer('a'));
    expect(retried(source).events).toEqual([notice(2, 500, 'truncated'), start(2), text('a'), finish(), done('stop', 2)]);
  });

  it('says where it asks again and why, without an Error and without what is unknown', () => {
    const error = failure('rate_limit', { status: 429, retryAfterMs: 5 });
    const { message } = error;
    const from = endpoint('a.test');
    const summary = { code: 'rate_limit', message, phase: 'headers', retryable: true, committed: false, status: 429, retryAfterMs: 5, endpoint: from };
    const { events } = retried(inTurn(failing(error), EMPTY).source, { random: () => 0 });
    expect(events).toEqual([{ type: 'retry', from, to: from, attempt: 2, delayMs: 5, error: summary, discarded: false }]);
    expect(structuredClone(events)).toEqual(events);
    const unknown = retried(inTurn(failing(new CompletionError('connect')), EMPTY).source).events[0];
    expect(unknown).not.toHaveProperty('from');
    expect(unknown).not.toHaveProperty('to');
  });

  it('passes the last failure on itself when the attempts are used up', () => {
    const last = failure('truncated');
    const { source } = inTurn(failing(), failing(), failing(last), answer('never'));
    const seen = retried(source);
    expect(seen.events).toEqual([notice(2, 500), notice(3, 1000)]);
    expect(seen.error).toBe(last);
  });

  it('commitOn holds as in fallbackEndpoints', () => {
    const cut = failing(failure('truncated'), start(), reasoning('hm'));
    const held = retried(inTurn(cut, answer('a')).source, { commitOn: 'text' });
    expect(held.events.at(-1)).toEqual(done('stop', 2));
    expect(retried(inTurn(cut, answer('a')).source).error).toMatchObject({ code: 'truncated', committed: true });
  });

  it('bounds what it holds', () => {
    const endless = new Observable<StreamEvent>((subscriber) => {
      while (!subscriber.closed) subscriber.next({ type: 'raw', chunk: {} });
    });
    expect(retried(endless, { maxHeldEvents: 10 }).error).toMatchObject({ code: 'limit' });
  });
});

describe('retryCall: after the commit', () => {
  const cut = failing(failure('connection_lost'), start(), text('half'));

  it('T-RF-01, fault 107: passes the failure on with committed, and does not ask again', () => {
    const turns = inTurn(cut, answer('whole'));
    const seen = retried(turns.source);
    expect(seen.events).toEqual([start(), text('half')]);
    expect(seen.error).toMatchObject({ code: 'connection_lost', committed: true });
    expect(turns.asked).toBe(1);
  });

  it('T-RF-05, fault 107: restart asks again, and the next start voids what came before', () => {
    const seen = retried(inTurn(cut, failing(), answer('whole')).source, { onFailure: 'restart' });
    expect(seen.events).toEqual([
      start(),
      text('half'),
      notice(2, 500, 'connection_lost', true),
      notice(3, 1000, 'connect', false),
      start(3),
      text('whole'),
      finish(),
      done('stop', 3),
    ]);
    const failed = retried(inTurn(cut, failing(failure('auth'))).source, { onFailure: 'restart' });
    expect(failed.error).toMatchObject({ code: 'auth', committed: true });
  });

  it('T-RF-13, fault 107: the naive pipe repeats text, and takes a whole answer for a silent one', () => {
    const words = (pipe: (source: Observable<StreamEvent>, scheduler: VirtualTimeScheduler) => Observable<AnyEvent>) => {
      const turns = inTurn(failing(failure('connection_lost'), text('half')), of<StreamEvent>(text('whole')));
      return see((scheduler) => pipe(turns.source, scheduler).pipe(accumulateText())).events.at(-1);
    };
    expect(words((source) => source.pipe(retry(3)))).toBe('halfwhole');
    const { source } = inTurn(cut, answer('whole'));
    expect(see((scheduler) => source.pipe(retryCall({ onFailure: 'restart', scheduler }), accumulateText())).events).toEqual(['half', '', 'whole']);
  });
});

describe('retryCall: how long it waits', () => {
  it('doubles the bound from the base to the longest, and draws the wait below it', () => {
    const config = { maxAttempts: 8, baseDelayMs: 100, maxDelayMs: 1000 };
    expect(delaysOf(retried(failing(), config))).toEqual([100, 200, 400, 800, 1000, 1000, 1000]);
    expect(delaysOf(retried(failing(), { ...config, random: () => 0.25 }))).toEqual([25, 50, 100, 200, 250, 250, 250]);
    expect(delaysOf(retried(failing(), { ...config, random: () => 0 }))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('with real chance stays within the bound, and differs', () => {
    const delays = see((scheduler) => failing().pipe(retryCall({ maxAttempts: 40, baseDelayMs: 1000, maxDelayMs: 1000, scheduler })));
    for (const ms of delaysOf(delays)) expect(ms).toSatisfy((drawn: number) => Number.isInteger(drawn) && drawn >= 0 && drawn <= 1000);
    expect(new Set(delaysOf(delays)).size).toBeGreaterThan(10);
  });

  it('T-RF-10, fault 23: waits what the endpoint asks for and at most a tenth longer, whatever the backoff', () => {
    for (const [drawn, waited] of [[0, 2000], [0.5, 2100], [1, 2200]] as const) {
      const seen = retried(inTurn(failing(failure('rate_limit', { retryAfterMs: 2000 })), answer('a')).source, { random: () => drawn });
      expect(delaysOf(seen)).toEqual([waited]);
    }
    const ignored = retried(failing(failure('rate_limit', { retryAfterMs: 2000 })), { honourRetryAfter: false });
    expect(delaysOf(ignored)).toEqual([500, 1000]);
  });

  it('T-RF-10, fault 23: does not wait longer than allowed: fails at once with the wait asked for, so that a fallback takes over', () => {
    const error = failure('rate_limit', { retryAfterMs: 60_001 });
    const turns = inTurn(failing(error));
    const seen = retried(turns.source);
    expect(seen).toEqual({ events: [], error, completed: false });
    expect(seen.error).toMatchObject({ retryAfterMs: 60_001 });
    expect(turns.asked).toBe(1);
    expect(delaysOf(retried(failing(failure('rate_limit', { retryAfterMs: 60_000 }))))).toEqual([66_000, 66_000]);
    const saved = see((scheduler) => failing(error).pipe(retryCall({ scheduler }), fallbackEndpoints([answer('b')])));
    expect(typesOf(saved)).toEqual(['fallback', 'start', 'text_delta', 'finish', 'done']);
  });

  const errorOf = (status: number, headers: Record<string, string> = {}, body: unknown = {}): CompletionError =>
    readResponse([Buffer.from(JSON.stringify(body))], { status, headers }).error!;
  const afterResponse = (...response: Parameters<typeof errorOf>): Seen =>
    retried(failing(errorOf(...response)), { maxAttempts: 2, baseDelayMs: 7, random: longest });

  it.each<readonly [string, Record<string, string>, number]>([
    ['T-RF-10, fault 23: seconds', { 'retry-after': '2' }, 2200],
    ['T-RF-10: a fraction of a second', { 'retry-after': '0.5' }, 550],
    ['T-RF-10, fault 24: a date, by the clock of the response', { 'retry-after': 'Wed, 21 Oct 2015 07:28:10 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' }, 11_000],
    ['T-RF-10, fault 24: a date in the past', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT', date: 'Wed, 21 Oct 2015 07:28:10 GMT' }, 0],
    ['fault 25: milliseconds before seconds', { 'retry-after-ms': '30', 'retry-after': '2' }, 33],
    ['T-RF-10, fault 26: a negative number asks for nothing', { 'retry-after': '-5' }, 7],
    ['T-RF-10, fault 26: garbage asks for nothing', { 'retry-after': 'soon' }, 7],
    ['fault 25: reset headers are no wait', { 'x-ratelimit-reset-requests': '6m0s' }, 7],
  ])('%s', (_, headers, waited) => {
    expect(delaysOf(afterResponse(429, headers))).toEqual([waited]);
  });

  it.each(['999999', '1e12'])('T-RF-10, fault 26: %s seconds are too long', (asked) => {
    expect(afterResponse(429, { 'retry-after': asked }).events).toEqual([]);
  });

  it('fault 26: no timer is longer than the platform can count', () => {
    const delays: (number | undefined)[] = [];
    class Clock extends VirtualTimeScheduler {
      override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, ms?: number, state?: T): Subscription {
        delays.push(ms);
        return super.schedule(work, ms, state);
      }
    }
    const waits = { random: longest, baseDelayMs: 2 ** 40, maxDelayMs: Infinity, maxRetryAfterMs: Infinity };
    for (const [config, error] of [
      [{ totalMs: 2 ** 31 }, failure('auth')],
      [waits, failure()],
      [waits, failure('rate_limit', { retryAfterMs: 2 ** 31 - 1 })],
    ] as const)
      failing(error).pipe(retryCall({ ...config, scheduler: new Clock() })).subscribe({ error: () => undefined }).unsubscribe();
    expect(delays).toEqual([2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1]);
    const later = retried(failing(failure('rate_limit', { retryAfterMs: 2 ** 31 })), { maxRetryAfterMs: Infinity });
    expect(later).toMatchObject({ events: [], error: { retryAfterMs: 2 ** 31 } });
  });

  it('keeps its bound after a thousand failures, a base of nothing included', () => {
    expect(new Set(delaysOf(retried(failing(), { maxAttempts: 1200, baseDelayMs: 0 })))).toEqual(new Set([0]));
    expect(delaysOf(retried(failing(), { maxAttempts: 1200 })).at(-1)).toBe(30_000);
  });

  describe('which errors it waits for', () => {
    it.each([408, 409, 425, 429, 500, 502, 503, 504, 520, 529])('fault 22: %i is tried again', (status) => {
      expect(typesOf(afterResponse(status))).toEqual(['retry']);
    });

    it.each([400, 401, 403, 404, 413, 422])('fault 20: %i is not tried again', (status) => {
      expect(typesOf(afterResponse(status))).toEqual([]);
    });

    it('T-RF-11, fault 21: an account without credit is not tried again, but another endpoint is asked', () => {
      const responses: Parameters<typeof errorOf>[] = [[402], [429, {}, { error: { code: 'insufficient_quota', message: 'no credit' } }]];
      for (const response of responses) {
        const error = errorOf(...response);
        expect(error.code).toBe('quota');
        expect(retried(failing(error))).toEqual({ events: [], error, completed: false });
        const saved = see((scheduler) => failing(error).pipe(retryCall({ scheduler }), fallbackEndpoints([answer('b')])));
        expect(saved.events.at(-1)).toEqual(done('stop', 2));
      }
    });

    it('T-RF-12: a 402 is tried again when it says when', () => {
      expect(delaysOf(afterResponse(402, { 'retry-after': '1' }))).toEqual([1100]);
    });

    it('fault 27: x-should-retry outweighs the status', () => {
      expect(typesOf(afterResponse(500, { 'x-should-retry': 'false' }))).toEqual([]);
      expect(typesOf(afterResponse(400, { 'x-should-retry': 'true' }))).toEqual(['retry']);
    });

    it('shouldRetry decides, with the failure and where the call stands', () => {
      const asked: unknown[] = [];
      const errors = [failure('auth'), failure('connect')] as const;
      const shouldRetry: RetryCallConfig['shouldRetry'] = (error, { attempt, errors: all }: RetryContext) => {
        asked.push([error.code, attempt, all.map(({ code }) => code)]);
        return error.code === 'auth';
      };
      const seen = retried(inTurn(failing(errors[0]), failing(errors[1])).source, { shouldRetry });
      expect(asked).toEqual([
        ['auth', 2, ['auth']],
        ['connect', 3, ['auth', 'connect']],
      ]);
      expect(seen.error).toBe(errors[1]);
    });

    it('an error of another kind passes on, whatever the caller would say, and what the caller throws is an error', () => {
      const bug = new TypeError('bug');
      expect(retried(failing(bug), { shouldRetry: () => true })).toEqual({ events: [], error: bug, completed: false });
      const throwing = (): never => {
        throw bug;
      };
      expect(retried(failing(), { shouldRetry: throwing }).error).toBe(bug);
      expect(retried(failing(), { random: throwing }).error).toBe(bug);
    });
  });
});

describe('retryCall: totalMs', () => {
  const values = { s: start(), S: start(2), t: text('Hi'), d: done(), h: heartbeat };
  const late = (details: CompletionErrorDetails = {}) => new CompletionError('timeout', { which: 'total', ...details });

  it('fault 111: one limit bounds all attempts and waits together', () =>
    inTime(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const sources = [cold('-s-#', values, failure()), cold('-s-t----d|', values)];
      const askedAgain = '     -----^------!';
      const expected = '       ---R----(St)#';
      const { source } = inTurn(...sources);
      const call = source.pipe(retryCall({ baseDelayMs: 2, totalMs: 12, random: longest, scheduler }));
      const { endpoint: at } = start() as StreamEvent & { type: 'start' };
      expectObservable(call).toBe(expected, { ...values, R: notice(2, 2) }, late({ endpoint: at, committed: true, cause: failure() }));
      expectSubscriptions(sources[1]!.subscriptions).toBe(askedAgain);
    }));

  it('fault 111, fault 23: a wait longer than what is left is not begun', () => {
    const asked = failure('rate_limit', { retryAfterMs: 100 });
    for (const [totalMs, events] of [[110, []], [111, ['retry']]] as const) {
      const seen = retried(inTurn(failing(asked), NEVER).source, { totalMs });
      expect(typesOf(seen)).toEqual(events);
      expect(seen.error).toMatchObject(totalMs === 110 ? { code: 'rate_limit', retryAfterMs: 100 } : { code: 'timeout', which: 'total' });
    }
  });

  it('its error says what the time went for: where, whether content had come, and the failure before', () => {
    const unanswered = retried(inTurn(failing(), NEVER).source, { totalMs: 1000 }).error as CompletionError;
    expect(unanswered).toMatchObject({ code: 'timeout', which: 'total', phase: 'connect', committed: false, endpoint: endpoint('a.test'), cause: { code: 'connect' } });
    const silent = retried(concat(of(start()), NEVER), { totalMs: 1000 }).error;
    expect(silent).toMatchObject({ phase: 'body', committed: false, endpoint: { host: 'localhost' } });
    expect(silent).not.toHaveProperty('cause');
    expect(retried(concat(of(start(), text('a')), NEVER), { totalMs: 1000 }).error).toMatchObject({ committed: true });
    const again = inTurn(failing(failure(), start(), text('a')), NEVER);
    expect(retried(again.source, { totalMs: 1000, onFailure: 'restart' }).error).toMatchObject({ committed: true });
  });

  it('lets a surrounding fallback take over', () => {
    const seen = see((scheduler) => NEVER.pipe(retryCall({ totalMs: 5, scheduler }), fallbackEndpoints([answer('b')])));
    expect(typesOf(seen)).toEqual(['fallback', 'start', 'text_delta', 'finish', 'done']);
  });

  it('fault 115: a clock set forward or back moves no wait and no limit', () => {
    vi.useFakeTimers();
    for (const jump of [3_600_000, -3_600_000]) {
      const { source } = inTurn(failing(), failing(), answer('a'));
      const events: unknown[] = [];
      source.pipe(retryCall({ baseDelayMs: 400, totalMs: 2000, random: longest })).subscribe((event) => events.push(event));
      vi.setSystemTime(Date.now() + jump);
      vi.advanceTimersByTime(400);
      expect(events).toEqual([notice(2, 400), notice(3, 800)]);
      vi.setSystemTime(Date.now() + jump);
      vi.advanceTimersByTime(799);
      expect(events).toHaveLength(2);
      vi.advanceTimersByTime(1);
      expect(events.at(-1)).toEqual(done('stop', 3));
    }
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('retryCall: budget', () => {
  it('bounds the retries of all calls together, however many fail', () => {
    const scheduler = new VirtualTimeScheduler();
    const budget = retryBudget({ minPerSecond: 0, scheduler });
    const turns = inTurn(failing());
    const call = turns.source.pipe(retryCall({ maxAttempts: 5, budget, scheduler }));
    for (let calls = 0; calls < 1000; calls++) call.subscribe({ error: () => undefined });
    scheduler.flush();
    expect(turns.asked - 1000).toBeLessThanOrEqual(100 + 10);
    expect(turns.asked - 1000).toBeGreaterThan(90);
  });

  it('passes the failure on when it is spent', () => {
    const error = failure();
    const seen = see((scheduler) => failing(error).pipe(retryCall({ maxAttempts: 9, random: longest, budget: retryBudget({ maxTokens: 2, minPerSecond: 0, scheduler }), scheduler })));
    expect(typesOf(seen)).toEqual(['retry', 'retry']);
    expect(seen.error).toBe(error);
  });

  it('is not charged for what is not asked again for another reason', () => {
    const budget = retryBudget({ minPerSecond: 0 });
    for (const [error, config] of [
      [failure('auth'), {}],
      [failure('rate_limit', { retryAfterMs: 1e6 }), {}],
      [failure(), { maxAttempts: 1 }],
      [failure(), { totalMs: 100 }],
    ] as const)
      retried(failing(error), { ...config, budget });
    expect(budget.tokens).toBe(10);
  });

  it('fills with each call and each second, up to its bound', () => {
    const scheduler = new VirtualTimeScheduler();
    const budget = retryBudget({ ratio: 0.1, minPerSecond: 2, maxTokens: 3, scheduler });
    expect([budget.withdraw(), budget.withdraw(), budget.withdraw(), budget.withdraw()]).toEqual([true, true, true, false]);
    for (let calls = 0; calls < 10; calls++) budget.deposit();
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false]);
    scheduler.schedule(() => expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false]), 500);
    scheduler.schedule(() => expect(budget.tokens).toBeCloseTo(1), 1000);
    scheduler.schedule(() => expect(budget.tokens).toBe(3), 60_000);
    scheduler.flush();
    expect(budget.tokens).toBe(3);
  });

  it('fault 115: a clock set forward gives no retries', () => {
    const budget = retryBudget({ maxTokens: 1 });
    budget.withdraw();
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 3_600_000);
    expect(budget.withdraw()).toBe(false);
  });
});

describe('retryCall: nesting', () => {
  it('within a chain counts its attempts as the chain’s', () => {
    const seen = see((scheduler) =>
      failing().pipe(
        retryCall({ maxAttempts: 2, random: longest, scheduler }),
        fallbackEndpoints([inTurn(failing(failure('truncated'), start()), answer('b')).source.pipe(retryCall({ random: longest, scheduler }))]),
        verifyEvents(),
      ),
    );
    expect(seen.events).toEqual([
      notice(2, 500),
      expect.objectContaining({ type: 'fallback', attempt: 3 }),
      notice(4, 500, 'truncated'),
      start(4),
      text('b'),
      finish(),
      done('stop', 4),
    ]);
  });

  it('around a chain asks all of it again, and does not say where, since that is the chain’s to say', () => {
    const turns = inTurn(failing(), failing(), answer('a'));
    const seen = see((scheduler) =>
      turns.source.pipe(fallbackEndpoints([failing(failure('rate_limit'))]), retryCall({ random: longest, scheduler }), verifyEvents()),
    );
    expect(typesOf(seen)).toEqual(['fallback', 'retry', 'fallback', 'retry', 'start', 'text_delta', 'finish', 'done']);
    expect(seen.events.map((event) => ('attempt' in event ? event.attempt : undefined)).slice(0, 5)).toEqual([2, 3, 4, 5, 5]);
    expect(seen.events[1]).toHaveProperty('from', endpoint('a.test'));
    expect(seen.events[1]).not.toHaveProperty('to');
    expect(seen.events.at(-1)).toEqual(done('stop', 5));
  });

  it('in a row are one call', () => {
    const seen = see((scheduler) =>
      inTurn(failing(), failing(), failing(), answer('a')).source.pipe(
        retryCall({ maxAttempts: 2, scheduler, random: longest }),
        retryCall({ maxAttempts: 2, scheduler, random: longest }),
        verifyEvents(),
      ),
    );
    expect(seen.events).toEqual([notice(2, 500), notice(3, 500), notice(4, 500), start(4), text('a'), finish(), done('stop', 4)]);
  });
});

describe('retryCall: life cycle', () => {
  it('T-AB-03, fault 99: unsubscribing in a wait clears its timers, and nobody is asked again', () => {
    const scheduler = new VirtualTimeScheduler();
    const turns = inTurn(failing());
    const subscription = turns.source.pipe(retryCall({ scheduler, totalMs: 60_000, random: longest })).subscribe();
    expect(scheduler.actions).toHaveLength(2);
    subscription.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
    scheduler.flush();
    expect(turns.asked).toBe(1);
  });

  it('T-AB-03: leaves no timer behind when it has answered or failed', () => {
    vi.useFakeTimers();
    for (const last of [answer('a'), failing(failure('auth'))]) {
      inTurn(failing(), last).source.pipe(retryCall({ totalMs: 60_000 })).subscribe({ error: () => undefined });
      vi.advanceTimersByTime(1000);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('fault 99: unsubscribing stops the attempt at hand at once', () => {
    const source = new Subject<StreamEvent>();
    const subscription = source.pipe(retryCall()).subscribe();
    expect(source.observed).toBe(true);
    subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });

  it('T-RF-03: nothing a failed attempt still says comes through', () => {
    let late: ((event: StreamEvent) => void) | undefined;
    const deaf = new Observable<StreamEvent>((subscriber) => {
      late = (event) => subscriber.next(event);
      subscriber.error(failure());
    });
    const second = new Subject<StreamEvent>();
    const scheduler = new VirtualTimeScheduler();
    const events: unknown[] = [];
    inTurn(deaf, second).source.pipe(retryCall({ scheduler, random: longest })).subscribe((event) => events.push(event));
    late?.(text('ghost'));
    scheduler.flush();
    late?.(text('ghost'));
    second.next(start());
    second.next(text('Hi'));
    expect(events).toEqual([notice(2, 500), start(2), text('Hi')]);
  });

  it('a failed attempt is torn down before the notice is given', () => {
    const order: string[] = [];
    const source = new Observable<StreamEvent>((subscriber) => {
      order.push('asked');
      subscriber.error(failure());
      return () => order.push('left');
    });
    const scheduler = new VirtualTimeScheduler();
    source.pipe(retryCall({ scheduler, maxAttempts: 2 })).subscribe({ next: ({ type }) => order.push(type), error: () => order.push('failed') });
    scheduler.flush();
    expect(order.slice(0, 4)).toEqual(['asked', 'left', 'retry', 'asked']);
  });

  it('fault 100: begins anew on each subscription', () => {
    const scheduler = new VirtualTimeScheduler();
    const call = failing().pipe(retryCall({ scheduler, random: longest }));
    for (const events of [[], []] as unknown[][]) {
      call.subscribe({ next: (event) => events.push(event), error: () => undefined });
      scheduler.flush();
      expect(events).toEqual([notice(2, 500), notice(3, 1000)]);
    }
    expect(retried(failing())).toEqual(retried(failing()));
  });

  it('fault 104, fault 105: stops a synchronous source, and asks nobody after take', () => {
    let emitted = 0;
    const endless = new Observable<StreamEvent>((subscriber) => {
      while (!subscriber.closed && emitted < 1000) subscriber.next((emitted += 1) === 1 ? start() : text('x'));
    });
    expect(see((scheduler) => inTurn(failing(), endless).source.pipe(retryCall({ scheduler, random: longest }), take(3))).events).toEqual([notice(2, 500), start(2), text('x')]);
    expect(emitted).toBe(2);
    const turns = inTurn(failing());
    see((scheduler) => turns.source.pipe(retryCall({ scheduler }), take(1)));
    expect(turns.asked).toBe(1);
  });

  it('asks 10,000 times without a recursion, on a scheduler that does not wait as well', () => {
    const config = { maxAttempts: 10_000, baseDelayMs: 0 };
    expect(retried(failing(), config).events).toHaveLength(9999);
    const events: unknown[] = [];
    failing().pipe(retryCall({ ...config, scheduler: queueScheduler })).subscribe({ next: (event) => events.push(event), error: () => undefined });
    expect(events).toHaveLength(9999);
  });

  it('asks once where one attempt is all there is, and where the number makes no sense', () => {
    for (const maxAttempts of [1, 0, -1, NaN]) {
      const turns = inTurn(failing());
      retried(turns.source, { maxAttempts });
      expect(turns.asked).toBe(1);
    }
  });
});

describe('retryCall: laws', () => {
  interface Try {
    readonly pieces: readonly StreamEvent[];
    readonly ending: 'whole' | 'fails' | 'hangs';
    readonly starts: boolean;
    readonly slow: boolean;
    readonly code: CompletionErrorCode;
  }
  type Policy = Pick<FallbackEndpointsConfig, 'onFailure' | 'commitOn' | 'firstContentWithin'>;
  type Plan =
    | { readonly kind: 'call'; readonly tries: readonly Try[] }
    | { readonly kind: 'retry'; readonly call: Plan; readonly config: RetryCallConfig }
    | { readonly kind: 'fallback'; readonly members: readonly Plan[]; readonly policy: Policy };

  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 3 }).map((delta) => text(delta)) },
    fc.string({ maxLength: 3 }).map((delta) => toolDelta({ index: 0, id: 'c0', name: 'f' }, delta)),
    fc.nat({ max: 9 }).map((count) => usageReport({ prompt_tokens: count, completion_tokens: count })),
    fc.constantFrom<StreamEvent>(heartbeat, { type: 'raw', chunk: {} }, reasoning('hm'), text('')),
  );
  const tries: fc.Arbitrary<Try> = fc.record({
    pieces: fc.array(piece, { maxLength: 5 }),
    ending: fc.constantFrom('whole', 'fails', 'fails', 'hangs'),
    starts: fc.boolean(),
    slow: fc.boolean(),
    code: fc.constantFrom<CompletionErrorCode>('rate_limit', 'truncated', 'auth', 'aborted'),
  });
  const onFailure = fc.constantFrom('fail', 'restart', 'restart');
  const commitOn = fc.constantFrom('content', 'text', 'start');
  const { plan: plans } = fc.letrec<{ plan: Plan }>((tie) => ({
    plan: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      fc.record({ kind: fc.constant('call'), tries: fc.array(tries, { minLength: 1, maxLength: 4 }) }),
      fc.record({
        kind: fc.constant('retry'),
        call: tie('plan'),
        config: fc.record({ onFailure, commitOn, maxAttempts: fc.integer({ min: 1, max: 4 }), totalMs: fc.constantFrom(20, 2000) }),
      }),
      fc.record({
        kind: fc.constant('fallback'),
        members: fc.array(tie('plan'), { minLength: 1, maxLength: 3 }),
        policy: fc.record({ onFailure, commitOn, firstContentWithin: fc.constantFrom(5, 1000) }),
      }),
    ),
  }));

  const eventsOf = ({ pieces, ending, starts }: Try): readonly StreamEvent[] =>
    ending === 'whole' ? [start(), ...pieces, finish(), done()] : starts ? [start(), ...pieces] : [];

  const sourceOf = (one: Try, scheduler: VirtualTimeScheduler): Observable<StreamEvent> => {
    const endings = { whole: EMPTY, fails: throwError(() => failure(one.code)), hangs: NEVER };
    const source = concat(from(eventsOf(one)), endings[one.ending]);
    return one.slow ? timer(1, scheduler).pipe(concatMap(() => source), concatMap((event) => of(event).pipe(delay(1, scheduler)))) : source;
  };

  type Told = (one: Try) => void;
  const build = (plan: Plan, scheduler: VirtualTimeScheduler, asked: Told, answered: Told): Observable<StreamEvent> => {
    switch (plan.kind) {
      case 'call':
        return inTurn(
          ...plan.tries.map((one) => sourceOf(one, scheduler).pipe(tap({ subscribe: () => asked(one), complete: () => answered(one) }))),
        ).source;
      case 'retry':
        return build(plan.call, scheduler, asked, answered).pipe(retryCall({ ...plan.config, baseDelayMs: 3, random: longest, scheduler }));
      case 'fallback': {
        const [first, ...others] = plan.members.map((member) => build(member, scheduler, asked, answered));
        return first!.pipe(fallbackEndpoints(others, { ...plan.policy, scheduler }));
      }
    }
  };

  /** What whoever reads the answer has in the end. */
  const readingOf = (events: readonly StreamEvent[]) => {
    const seen = see(() => from(events).pipe(assembleToolCalls(), normalizeUsage())) as { events: readonly (StreamEvent | ToolCallEvent)[] };
    const begin = seen.events.findLastIndex(({ type }) => type === 'start');
    return {
      text: see(() => from(events).pipe(accumulateText())).events.map(String).at(-1) ?? '',
      calls: seen.events.filter(({ type }) => type === 'tool_call'),
      usage: seen.events.slice(begin).findLast(({ type }) => (type as string) === 'usage'),
    };
  };

  it('rollback: for any schedule of failures and any nesting, what is read is the committed attempt’s alone', () => {
    let answers = 0;
    let breaks = 0;
    fc.assert(
      fc.property(plans, (plan) => {
        const asked: Try[] = [];
        const answered: Try[] = [];
        const seen = see((scheduler) =>
          build(plan, scheduler, (one) => asked.push(one), (one) => answered.push(one)).pipe(verifyEvents(), takeUntil(timer(10_000, scheduler))),
        );
        if (seen.error instanceof EventGrammarError) throw seen.error;
        const reading = readingOf(seen.events);
        if (seen.events.at(-1)?.type === 'done') {
          answers += plan.kind === 'call' ? 0 : 1;
          expect(answered).toHaveLength(1);
          expect(reading).toEqual(readingOf(eventsOf(answered[0]!)));
        } else {
          // It failed or hangs: what is left stems from one attempt all the same.
          breaks += reading.text === '' ? 0 : 1;
          expect(asked.map((one) => readingOf(eventsOf(one)).text).some((words) => words.startsWith(reading.text))).toBe(reading.text !== '' || asked.length > 0);
        }
      }),
      { numRuns: 1000 },
    );
    expect(answers).toBeGreaterThan(100);
    expect(breaks).toBeGreaterThan(50);
  });

  it('one start: without restart there is never a second one, and done counts the attempts', () =>
    fc.assert(
      fc.property(fc.array(tries, { minLength: 1, maxLength: 5 }), commitOn, fc.integer({ min: 1, max: 6 }), (all, on, maxAttempts) => {
        const turns = all.filter(({ ending }) => ending !== 'hangs');
        fc.pre(turns.length > 0);
        const seen = see((scheduler) =>
          inTurn(...turns.map((one) => sourceOf(one, scheduler))).source.pipe(retryCall({ maxAttempts, commitOn: on, scheduler })),
        );
        expect(seen.events.filter(({ type }) => type === 'start').length).toBeLessThanOrEqual(1);
        const retries = seen.events.filter(({ type }) => type === 'retry').length;
        expect(retries).toBeLessThan(maxAttempts);
        if (seen.completed) expect(seen.events.at(-1)).toEqual(done('stop', retries + 1));
      }),
      { numRuns: 1000 },
    ));

  it('patience: no wait is shorter than what the endpoint asked for, and none longer than a tenth above it', () =>
    fc.assert(
      fc.property(fc.nat({ max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (retryAfterMs, drawn) => {
        const seen = retried(failing(failure('rate_limit', { retryAfterMs })), { maxAttempts: 2, random: () => drawn });
        const [waited] = delaysOf(seen);
        if (retryAfterMs > 60_000) expect(waited).toBeUndefined();
        else expect(waited).toSatisfy((ms: number) => ms >= retryAfterMs && ms <= Math.ceil(retryAfterMs * 1.1));
      }),
      { numRuns: 1000 },
    ));
});

describe('retryCall: over a socket', () => {
  const answered = script().data(chunk({ text: 'Hi' })).data(chunk({ finish: 'stop' })).done();
  const callTo = (baseUrl: string) =>
    streamOpenAICompletions(openAICompatModel({ provider: 'test', id: 'm', baseUrl }), { messages: [{ role: 'user', content: 'Hello' }] });

  it('fault 23, fault 25: comes back when the endpoint said, and is answered', async () => {
    const times: number[] = [];
    const refused = script().until(() => times.push(performance.now())).json({ error: { message: 'slow down' } }, { status: 429, headers: { 'retry-after-ms': '60' } });
    await using server = await scriptedEndpoint([refused, script().until(() => times.push(performance.now())).append(answered)]);
    const words = callTo(server.baseUrl).pipe(retryCall({ baseDelayMs: 0 }), verifyEvents(), accumulateText());
    expect(await lastValueFrom(words, { defaultValue: '' })).toBe('Hi');
    expect(server.requests).toHaveLength(2);
    // The platform's timer counts whole milliseconds.
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(59);
  });

  it('fault 23: an endpoint that asks for minutes is asked once', async () => {
    await using server = await scriptedEndpoint(script().json({}, { status: 429, headers: { 'retry-after': '120' } }));
    await expect(lastValueFrom(callTo(server.baseUrl).pipe(retryCall()), { defaultValue: undefined })).rejects.toMatchObject({ code: 'rate_limit', retryAfterMs: 120_000 });
    expect(server.requests).toHaveLength(1);
  });

  it('fault 27, fault 22: x-should-retry and status are heard', async () => {
    await using server = await scriptedEndpoint([script().json({}, { status: 503 }), script().json({}, { status: 503, headers: { 'x-should-retry': 'false' } })]);
    await expect(lastValueFrom(callTo(server.baseUrl).pipe(retryCall({ baseDelayMs: 1, maxAttempts: 9 })), { defaultValue: undefined })).rejects.toMatchObject({ status: 503, retryable: false });
    expect(server.requests).toHaveLength(2);
  });

  it('T-AB-01, T-AB-03: unsubscribed in the wait sends no second request and leaves no timer', async () => {
    await using server = await scriptedEndpoint(script().json({}, { status: 503 }));
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await new Promise<void>((resolve) => {
      const subscription = callTo(server.baseUrl)
        .pipe(retryCall({ baseDelayMs: 20, random: longest }))
        .subscribe(({ type }) => {
          if (type !== 'retry') return;
          queueMicrotask(() => {
            subscription.unsubscribe();
            resolve();
          });
        });
    });
    expect(timers()).toBeLessThanOrEqual(before);
    await lastValueFrom(timer(60), { defaultValue: 0 });
    expect(server.requests).toHaveLength(1);
  });

  it('fault 107: an answer that breaks off after its beginning is not asked for again', async () => {
    await using server = await scriptedEndpoint([script().data(chunk({ text: 'half' })).reset(), answered]);
    const seen: unknown[] = [];
    await expect(lastValueFrom(callTo(server.baseUrl).pipe(retryCall(), accumulateText()), { defaultValue: '' }).finally(() => seen.push('ended'))).rejects.toMatchObject({ code: 'connection_lost', committed: true });
    expect(server.requests).toHaveLength(1);
  });
});

describe('retryCall: types', () => {
  it('infers its events in any place of a pipe', () => {
    const events: Observable<StreamEvent> = of(done());
    expectTypeOf(events.pipe(retryCall())).toEqualTypeOf<Observable<StreamEvent>>();
    expectTypeOf(events.pipe(assembleToolCalls(), retryCall({ maxAttempts: 2 }), stripThink())).toEqualTypeOf<Observable<StreamEvent | ToolCallEvent>>();
    expectTypeOf(of({ type: 'mine', value: 1 } as const).pipe(retryCall())).toEqualTypeOf<
      Observable<{ readonly type: 'mine'; readonly value: 1 } | RetryEvent>
    >();
  });

  it('refuses options that do not exist', () => {
    // @ts-expect-error -- a later policy
    expect(() => retryCall({ onFailure: 'continue' })).toThrow(CompletionError);
    // @ts-expect-error -- no such option
    expect(() => retryCall({ retries: 3 })).toThrow(CompletionError);
    // @ts-expect-error -- a budget is an object that calls share
    retryCall({ budget: 0.1 });
  });
});

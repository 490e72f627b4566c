import fc from 'fast-check';
import { concat, defer, EMPTY, lastValueFrom, merge, NEVER, of, Subject, throwError, toArray, VirtualTimeScheduler, type Observable, type SchedulerAction, type Subscription } from 'rxjs';
import { CompletionError, openAICompatModel, streamOpenAICompletions, type RateLimit, type StreamEvent } from 'rx-completions';
import {
  accumulateText,
  assembleToolCalls,
  fallbackEndpoints,
  limitRate,
  rateLimiter,
  retryCall,
  verifyEvents,
  type RateLimiter,
  type RateLimiterConfig,
  type Reservation,
  type ToolCallEvent,
} from 'rx-completions/operators';
import { chunk, operatorContract, script, scriptedEndpoint } from 'rx-completions/testing';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { done, finish, start, text, usageReport } from '../support/events.ts';

const MINUTE = 60_000;
const answer = (...inside: readonly StreamEvent[]): Observable<StreamEvent> => of(start(), text('Hi'), ...inside, finish(), done());
const used = (tokens: number): StreamEvent => usageReport({ prompt_tokens: tokens, completion_tokens: 0 });
const told = (rateLimit: RateLimit): StreamEvent => ({ ...(start() as StreamEvent & { type: 'start' }), rateLimit });
const refusal = (retryAfterMs?: number): CompletionError =>
  new CompletionError('rate_limit', { phase: 'headers', status: 429, ...(retryAfterMs !== undefined && { retryAfterMs }) });

/** A limiter in virtual time, and when the calls it lets through begin. */
const bench = (config: RateLimiterConfig = {}) => {
  const scheduler = new VirtualTimeScheduler();
  const limiter = rateLimiter({ ...config, scheduler });
  const begins: number[] = [];
  const errors: unknown[] = [];
  const call = (source: Observable<StreamEvent> = answer(), estimateTokens?: number): Subscription =>
    defer(() => (begins.push(scheduler.now()), source))
      .pipe(limitRate(limiter, estimateTokens === undefined ? {} : { estimateTokens }))
      .subscribe({ error: (error: unknown) => errors.push(error) });
  const at = (ms: number, work: () => unknown): void => void scheduler.schedule(() => void work(), ms);
  return { scheduler, limiter, begins, errors, call, at, run: () => scheduler.flush() };
};

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('limitRate: the operator contract', () => {
  for (const law of operatorContract(() => limitRate(rateLimiter()))) it(law.name, law.run);
  const config = { requestsPerMinute: 1e6, tokensPerMinute: 1e12, maxWaitMs: 1000 };
  for (const law of operatorContract(() => limitRate(rateLimiter(config), { estimateTokens: 5 }))) it(`${law.name}, with limits`, law.run);
});

describe('limitRate: requests', () => {
  it('T-RL-01: lets calls begin at once up to the limit, and the others when a minute has passed, in order', () => {
    const { begins, call, limiter, run } = bench({ requestsPerMinute: 2 });
    for (let calls = 0; calls < 5; calls++) call();
    expect(begins).toEqual([0, 0]);
    expect(limiter.waiting).toBe(3);
    run();
    expect(begins).toEqual([0, 0, MINUTE, MINUTE, 2 * MINUTE]);
    expect(limiter.waiting).toBe(0);
  });

  it('counts a minute that slides, not one of the clock', () => {
    const { at, begins, call, run } = bench({ requestsPerMinute: 2 });
    for (const ms of [0, 50_000, 59_000, 61_000]) at(ms, call);
    run();
    expect(begins).toEqual([0, 50_000, MINUTE, 110_000]);
  });

  it('T-AB-01, fault 99: unsubscribed while it waits, gives its place back, asks nobody and leaves no timer', () => {
    const { begins, call, limiter, run, scheduler } = bench({ requestsPerMinute: 1, maxWaitMs: 1e6 });
    call();
    const waiting = [call(), call()];
    expect(scheduler.actions.length).toBeGreaterThan(0);
    waiting[0]!.unsubscribe();
    expect(limiter.waiting).toBe(1);
    const last = call();
    run();
    expect(begins).toEqual([0, MINUTE, 2 * MINUTE]);
    waiting[1]!.unsubscribe();
    last.unsubscribe();
    const gone = call();
    gone.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
    expect(limiter.waiting).toBe(0);
  });

  it('a place given back at the head lets a smaller call pass', () => {
    const { begins, call } = bench({ tokensPerMinute: 100 });
    call(NEVER, 60);
    const large = call(NEVER, 90);
    call(NEVER, 40);
    expect(begins).toHaveLength(1);
    large.unsubscribe();
    expect(begins).toHaveLength(2);
  });

  it('nobody overtakes: a small call waits behind a large one', () => {
    const { call, limiter } = bench({ tokensPerMinute: 100 });
    call(NEVER, 60);
    call(NEVER, 90);
    call(NEVER, 10);
    expect(limiter.waiting).toBe(2);
  });

  it('a second attempt within one call counts as a call', () => {
    const { begins, call, run } = bench({ requestsPerMinute: 2 });
    call(of(start(1), start(2), finish(), done('stop', 2)));
    call();
    run();
    expect(begins).toEqual([0, MINUTE]);
  });

  it('each attempt of a retryCall around it takes a turn', () => {
    const { limiter, scheduler, run } = bench({ requestsPerMinute: 1 });
    const times: number[] = [];
    const failing = defer(() => (times.push(scheduler.now()), throwError(() => new CompletionError('connect'))));
    failing.pipe(limitRate(limiter), retryCall({ scheduler, random: () => 1 })).subscribe({ error: () => undefined });
    run();
    expect(times).toEqual([0, MINUTE, 2 * MINUTE]);
  });

  it('fault 115: a clock set forward lets nobody begin sooner', () => {
    vi.useFakeTimers();
    const limiter = rateLimiter({ requestsPerMinute: 1 });
    let begun = 0;
    const call = defer(() => ((begun += 1), answer())).pipe(limitRate(limiter));
    call.subscribe();
    vi.setSystemTime(Date.now() + 3_600_000);
    call.subscribe();
    vi.advanceTimersByTime(MINUTE - 1);
    expect(begun).toBe(1);
    vi.advanceTimersByTime(1);
    expect(begun).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets 10,000 waiting calls begin at once without a recursion', () => {
    const { begins, call, run } = bench({ requestsPerMinute: 10_000 });
    for (let calls = 0; calls < 20_000; calls++) call();
    run();
    expect(begins).toHaveLength(20_000);
  });

  it('fault 26: a wait longer than the platform can count is waited for in parts', () => {
    const delays: (number | undefined)[] = [];
    class Clock extends VirtualTimeScheduler {
      override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, ms?: number, state?: T): Subscription {
        delays.push(ms);
        return super.schedule(work, ms, state);
      }
    }
    const scheduler = new Clock();
    const limiter = rateLimiter({ scheduler });
    throwError(() => refusal(2 ** 31 + MINUTE)).pipe(limitRate(limiter)).subscribe({ error: () => undefined });
    answer().pipe(limitRate(limiter)).subscribe();
    scheduler.flush();
    expect(delays).toEqual([2 ** 31 - 1, MINUTE + 1]);
    expect(limiter.waiting).toBe(0);
  });
});

describe('limitRate: tokens', () => {
  it('T-RL-01: reserves an estimate and settles with what was used', () => {
    const { begins, call, run } = bench({ tokensPerMinute: 100 });
    const first = new Subject<StreamEvent>();
    call(first, 80);
    call(NEVER, 40);
    expect(begins).toHaveLength(1);
    first.next(start());
    first.next(used(60));
    expect(begins).toHaveLength(2);
    call(NEVER, 1);
    run();
    expect(begins).toEqual([0, 0, MINUTE]);
  });

  it('counts what exceeds the estimate from when it is known', () => {
    const { at, begins, call, run } = bench({ tokensPerMinute: 100 });
    const source = new Subject<StreamEvent>();
    call(source, 10);
    at(30_000, () => source.next(start()));
    at(30_000, () => source.next(used(100)));
    at(31_000, () => call(NEVER, 20));
    run();
    expect(begins).toEqual([0, 90_000]);
  });

  it('a correction of what no longer counts makes no room', () => {
    const { at, begins, call, run } = bench({ tokensPerMinute: 100 });
    const source = new Subject<StreamEvent>();
    call(source, 80);
    at(50_000, () => call(NEVER, 10));
    at(70_000, () => source.next(start()));
    at(70_000, () => source.next(used(10)));
    at(70_000, () => call(NEVER, 90));
    at(70_000, () => call(NEVER, 60));
    run();
    expect(begins).toEqual([0, 50_000, 70_000, 130_000]);
  });

  it('takes a later report for a correction, never for more', () => {
    const { begins, call } = bench({ tokensPerMinute: 100 });
    call(concat(of(start(), used(40), used(60), used(50)), NEVER), 10);
    call(NEVER, 50);
    expect(begins).toHaveLength(2);
    call(NEVER, 1);
    expect(begins).toHaveLength(2);
  });

  it('what a voided attempt has used is used', () => {
    const { begins, call } = bench({ tokensPerMinute: 100 });
    call(concat(of(start(1), usageReport({ total_tokens: 40 }), start(2), used(30)), NEVER), 10);
    call(NEVER, 30);
    expect(begins).toHaveLength(2);
    call(NEVER, 1);
    expect(begins).toHaveLength(2);
  });

  it('a call larger than the limit begins when nothing else counts', () => {
    const { begins, call, run } = bench({ tokensPerMinute: 100 });
    call(NEVER, 1);
    call(NEVER, 500);
    run();
    expect(begins).toEqual([0, MINUTE]);
  });

  it('estimates by what calls have used, unless told', () => {
    const learned = bench({ tokensPerMinute: 2000 });
    learned.call(answer(used(100)));
    for (let calls = 0; calls < 30; calls++) learned.call(NEVER);
    expect(learned.begins).toHaveLength(20);
    const fixed = bench({ tokensPerMinute: 2000, estimateTokens: 500 });
    fixed.call(answer(used(100)));
    for (let calls = 0; calls < 30; calls++) fixed.call(NEVER);
    expect(fixed.begins).toHaveLength(4);
  });

  it('keeps the estimate for a call whose report tells nothing', () => {
    const { begins, call } = bench({ tokensPerMinute: 100 });
    call(answer(usageReport({ prompt_tokens: null })), 60);
    call(NEVER, 50);
    expect(begins).toHaveLength(1);
  });
});

describe('limitRate: learning from headers', () => {
  it('T-RL-01: what the endpoint says is left passes, and more when it is there again', () => {
    const { begins, call, run } = bench();
    call(concat(of(told({ requests: { limit: 3, remaining: 2, resetMs: 5000 } })), NEVER));
    for (let calls = 0; calls < 6; calls++) call(NEVER);
    run();
    expect(begins).toEqual([0, 0, 0, 5000, 5000, 5000, 65_000]);
  });

  it('T-RL-01: what comes back bit by bit passes bit by bit', () => {
    const { begins, call, run } = bench();
    call(concat(of(told({ requests: { limit: 10, remaining: 0, resetMs: 1000, gradual: true } })), NEVER));
    for (let calls = 0; calls < 4; calls++) call(NEVER);
    run();
    expect(begins).toEqual([0, 100, 200, 300, 400]);
  });

  it('what comes back bit by bit is never more than the limit', () => {
    const { at, begins, call, run } = bench();
    call(concat(of(told({ requests: { limit: 2, remaining: 0, resetMs: 1000, gradual: true } })), NEVER));
    for (let calls = 0; calls < 4; calls++) at(9000, () => call(NEVER));
    run();
    expect(begins).toEqual([0, 9000, 9000, 9500, 10_000]);
  });

  it('counts tokens as well as requests', () => {
    const { begins, call, run } = bench();
    call(concat(of(told({ requests: { remaining: 100, resetMs: 9000 }, tokens: { limit: 1000, remaining: 300, resetMs: 4000 } })), NEVER));
    call(NEVER, 200);
    call(NEVER, 200);
    run();
    expect(begins).toEqual([0, 0, 4000]);
  });

  it('takes calls underway for calls the endpoint has not counted', () => {
    const { begins, call, run } = bench();
    const sources = [new Subject<StreamEvent>(), new Subject<StreamEvent>()];
    for (const source of sources) call(source);
    sources[0]!.next(told({ requests: { limit: 5, remaining: 1, resetMs: 5000 } }));
    call(NEVER);
    run();
    expect(begins).toEqual([0, 0, 5000]);
  });

  it('a call that failed or left before it was answered is not underway', () => {
    const { begins, call } = bench();
    call(throwError(() => new CompletionError('connect')));
    call(NEVER).unsubscribe();
    call(concat(of(told({ requests: { limit: 5, remaining: 1, resetMs: 5000 } })), NEVER));
    call(NEVER);
    expect(begins).toHaveLength(4);
  });

  it('where no limit is told, one call goes ahead when the time is up', () => {
    const { begins, call, run } = bench();
    call(concat(of(told({ requests: { remaining: 0, resetMs: 5000 } })), NEVER));
    const next = new Subject<StreamEvent>();
    call(next);
    call(NEVER);
    call(NEVER);
    run();
    expect(begins).toEqual([0, 5000, 65_000, 125_000]);
    const asked = bench();
    asked.call(concat(of(told({ requests: { remaining: 0, resetMs: 5000 } })), NEVER));
    asked.call(concat(of(told({ requests: { remaining: 9 } })), NEVER));
    asked.call(NEVER);
    asked.run();
    expect(asked.begins).toEqual([0, 5000, 5000]);
  });

  it('is open again when the endpoint no longer says', () => {
    const { begins, call } = bench();
    const source = new Subject<StreamEvent>();
    call(source);
    source.next(told({ requests: { remaining: 0, resetMs: 5000 } }));
    call(NEVER);
    expect(begins).toHaveLength(1);
    source.next(start(2));
    expect(begins).toHaveLength(2);
  });

  it('learns nothing when told not to', () => {
    const { begins, call } = bench({ learn: false });
    call(concat(of(told({ requests: { remaining: 0, resetMs: 5000 } })), throwError(() => refusal(9000))));
    call();
    expect(begins).toEqual([0, 0]);
  });
});

describe('limitRate: learning from refusals', () => {
  it('T-RL-01, fault 23: nobody begins until the time the endpoint asked for is up', () => {
    const { begins, call, run } = bench();
    call(throwError(() => refusal(7000)));
    call();
    call();
    run();
    expect(begins).toEqual([0, 7000, 7000]);
  });

  it('T-RL-01: halves the pace at a refusal, once for calls that began together, and raises it with each answer', () => {
    const { begins, call, limiter, run } = bench();
    const sources = Array.from({ length: 10 }, () => new Subject<StreamEvent>());
    for (const source of sources) call(source);
    expect(limiter.requestsPerMinute).toBe(Infinity);
    for (const source of sources) source.error(refusal());
    expect(limiter.requestsPerMinute).toBe(5);
    for (let calls = 0; calls < 7; calls++) call();
    expect(begins).toHaveLength(10);
    run();
    expect(begins.slice(10)).toEqual(Array(7).fill(MINUTE));
    expect(limiter.requestsPerMinute).toBe(12);
    call(throwError(() => refusal()));
    expect(limiter.requestsPerMinute).toBe(4);
  });

  it('never falls below one call a minute, nor rises above what is configured', () => {
    const { call, limiter, run } = bench({ requestsPerMinute: 3 });
    for (let calls = 0; calls < 4; calls++) call(throwError(() => refusal()));
    run();
    expect(limiter.requestsPerMinute).toBe(1);
    for (let calls = 0; calls < 9; calls++) call();
    run();
    expect(limiter.requestsPerMinute).toBe(3);
  });

  it('keeps the pace where the endpoint says when to come back', () => {
    const { call, limiter } = bench({ requestsPerMinute: 10 });
    call(throwError(() => refusal(0)));
    expect(limiter.requestsPerMinute).toBe(10);
  });

  it('keeps the pace where the endpoint says what is left', () => {
    const { call, limiter } = bench({ requestsPerMinute: 10 });
    call(concat(of(told({ tokens: { remaining: 9e9 } })), throwError(() => refusal())));
    expect(limiter.requestsPerMinute).toBe(10);
  });

  it('takes neither another failure nor another limiter for a refusal', () => {
    const { begins, call, limiter } = bench({ requestsPerMinute: 10 });
    const other = rateLimiter({ requestsPerMinute: 1, maxWaitMs: 10 });
    call(throwError(() => new CompletionError('http_status', { status: 503, retryAfterMs: 9000 })));
    call(throwError(() => new TypeError('bug')));
    call(answer().pipe(limitRate(other)));
    call(answer().pipe(limitRate(other)));
    expect(limiter.requestsPerMinute).toBe(10);
    call();
    expect(begins).toHaveLength(5);
  });
});

describe('limitRate: maxWaitMs', () => {
  it('fails at once when the wait can be foreseen, before anything is sent', () => {
    const { begins, call, errors, limiter, scheduler } = bench({ requestsPerMinute: 1, maxWaitMs: 59_999 });
    call();
    call();
    expect(begins).toHaveLength(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'rate_limit', phase: 'config', retryable: false, committed: false, retryAfterMs: MINUTE });
    expect((errors[0] as Error).message).toBe('the rate limiter would let the call wait longer than maxWaitMs allows (59999)');
    expect(limiter.waiting).toBe(0);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('foresees the calls ahead', () => {
    const { at, begins, call, errors, run, scheduler } = bench({ requestsPerMinute: 2, maxWaitMs: 30_000 });
    const failed: number[] = [];
    call(NEVER);
    for (let calls = 0; calls < 3; calls++) at(50_000, () => call(NEVER));
    at(50_000, () => failed.push(errors.length, scheduler.now()));
    run();
    expect(begins).toEqual([0, 50_000, MINUTE]);
    expect(failed).toEqual([1, 50_000]);
  });

  it('a turn that comes with the last moment of the wait comes in time', () => {
    const { at, begins, call, errors, run } = bench({ requestsPerMinute: 1, maxWaitMs: MINUTE });
    const source = new Subject<StreamEvent>();
    call(source);
    call();
    // Whatever may make room has the wait for the turn looked at anew.
    at(10, () => source.next(start()));
    run();
    expect(begins).toEqual([0, MINUTE]);
    expect(errors).toEqual([]);
  });

  it('an unforeseen pause ends the wait of whoever waits', () => {
    const { at, begins, call, errors, run, scheduler, limiter } = bench({ requestsPerMinute: 2, maxWaitMs: 61_000 });
    const source = new Subject<StreamEvent>();
    call(source);
    call(NEVER);
    call();
    at(10, () => source.error(refusal(500_000)));
    run();
    expect(begins).toHaveLength(2);
    expect(errors[1]).toMatchObject({ code: 'rate_limit', phase: 'config', retryAfterMs: 500_010 - 61_000 });
    expect(limiter.waiting).toBe(0);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('is not retried, and another endpoint is asked', () => {
    const { limiter, scheduler } = bench({ requestsPerMinute: 1, maxWaitMs: 10 });
    const events: StreamEvent[] = [];
    const call = answer().pipe(limitRate(limiter), retryCall({ scheduler }), fallbackEndpoints([answer()]), verifyEvents());
    merge(call, call).subscribe((event) => events.push(event));
    expect(events.map(({ type }) => type)).toEqual([
      ...['start', 'text_delta', 'finish', 'done'],
      ...['fallback', 'start', 'text_delta', 'finish', 'done'],
    ]);
  });
});

describe('limitRate: laws', () => {
  const config = fc.record({ requestsPerMinute: fc.integer({ min: 1, max: 4 }), tokensPerMinute: fc.integer({ min: 1, max: 300 }) });
  const asks = fc.array(fc.record({ at: fc.nat({ max: 200_000 }), tokens: fc.integer({ min: 1, max: 200 }), leaves: fc.option(fc.nat({ max: 100_000 }), { freq: 3 }) }), { maxLength: 14 });

  it('in no minute more than the limits, nobody overtakes, and nobody waits for nothing', () =>
    fc.assert(
      fc.property(config, asks, (limits, all) => {
        const { at, limiter, run, scheduler } = bench(limits);
        const begun: { at: number; tokens: number; ask: number }[] = [];
        const queue = all.map((ask, index) => ({ ...ask, index })).sort((a, b) => a.at - b.at || a.index - b.index);
        for (const { at: ms, tokens, leaves, index } of queue)
          at(ms, () => {
            const subscription = limiter.reserve(tokens).subscribe(() => begun.push({ at: scheduler.now(), tokens, ask: index }));
            if (leaves !== null) at(leaves, () => subscription.unsubscribe());
          });
        run();

        /** The same with lists: each ask when those before it are through or gone, as soon as it fits. */
        const expected: typeof begun = [];
        let free = 0;
        for (const ask of queue) {
          const fits = (ms: number): boolean => {
            const counting = expected.filter((each) => each.at > ms - MINUTE);
            const tokens = counting.reduce((sum, each) => sum + each.tokens, 0);
            return counting.length < limits.requestsPerMinute && (tokens === 0 || tokens + ask.tokens <= limits.tokensPerMinute);
          };
          const earliest = Math.max(ask.at, free);
          const begins = [earliest, ...expected.map((each) => each.at + MINUTE).filter((ms) => ms > earliest)].sort((a, b) => a - b).find(fits)!;
          const gone = ask.leaves === null ? Infinity : ask.at + ask.leaves;
          // What happens first of two things at the same moment is nobody's business.
          fc.pre(begins !== gone);
          if (begins < gone) expected.push({ at: begins, tokens: ask.tokens, ask: ask.index });
          free = Math.max(free, Math.min(begins, gone));
        }
        expect(begun).toEqual(expected);
      }),
      { numRuns: 1000 },
    ));

  it('conservation: whoever waits begins once or leaves, and no timer is left', () =>
    fc.assert(
      fc.property(config, asks, (limits, all) => {
        const { at, limiter, run, scheduler } = bench(limits);
        let begun = 0;
        let left = 0;
        for (const { at: ms, tokens, leaves } of all)
          at(ms, () => {
            let isWaiting = true;
            const subscription = limiter.reserve(tokens).subscribe(() => {
              isWaiting = false;
              begun += 1;
            });
            if (leaves !== null)
              at(leaves, () => {
                if (isWaiting) left += 1;
                subscription.unsubscribe();
              });
          });
        run();
        expect(begun + left).toBe(all.length);
        expect(limiter.waiting).toBe(0);
        expect(scheduler.actions).toHaveLength(0);
      }),
      { numRuns: 1000 },
    ));
});

describe('limitRate: over a socket', () => {
  it('T-RL-01: keeps clear of the limit the endpoint tells', async () => {
    const times: number[] = [];
    const body = script().data(chunk({ text: 'Hi' })).data(chunk({ finish: 'stop' })).done();
    const answered = script()
      .until(() => times.push(performance.now()))
      .headers(200, { 'content-type': 'text/event-stream', 'x-ratelimit-limit-requests': 1, 'x-ratelimit-remaining-requests': 0, 'x-ratelimit-reset-requests': '80ms' })
      .append(body);
    await using server = await scriptedEndpoint(answered);
    const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl: server.baseUrl });
    const limiter = rateLimiter();
    const call = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Hello' }] }).pipe(limitRate(limiter), verifyEvents(), accumulateText());
    expect(await lastValueFrom(call, { defaultValue: '' })).toBe('Hi');
    expect(await lastValueFrom(merge(call, call).pipe(toArray()), { defaultValue: [] })).toEqual(['Hi', 'Hi']);
    expect(server.requests).toHaveLength(3);
    // From the endpoint's answer to the next request; the platform's timer counts whole milliseconds.
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(79);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(79);
  });

  it('T-AB-01: unsubscribed while it waits to start, sends no request', async () => {
    await using server = await scriptedEndpoint(script().json({}, { status: 503 }));
    const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl: server.baseUrl });
    const limiter = rateLimiter({ requestsPerMinute: 1 });
    await lastValueFrom(limiter.reserve(), { defaultValue: undefined });
    const subscription = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Hello' }] }).pipe(limitRate(limiter)).subscribe();
    expect(limiter.waiting).toBe(1);
    subscription.unsubscribe();
    expect(limiter.waiting).toBe(0);
    expect(server.connections).toBe(0);
  });
});

describe('limitRate: types', () => {
  it('adds nothing and infers in any place of a pipe', () => {
    const events: Observable<StreamEvent> = of(done());
    const limiter = rateLimiter();
    expectTypeOf(limiter).toEqualTypeOf<RateLimiter>();
    expectTypeOf(events.pipe(limitRate(limiter))).toEqualTypeOf<Observable<StreamEvent>>();
    expectTypeOf(events.pipe(assembleToolCalls(), limitRate(limiter, {}))).toEqualTypeOf<Observable<StreamEvent | ToolCallEvent>>();
    expectTypeOf(limiter.reserve()).toEqualTypeOf<Observable<Reservation>>();
  });

  it('refuses limits that are not shared, and options that do not exist', () => {
    // @ts-expect-error -- limits are an object that calls share
    expect(() => limitRate({ requestsPerMinute: 1 })(EMPTY)).toThrow();
    // @ts-expect-error -- no such option
    expect(() => rateLimiter({ perMinute: 1 })).toThrow('`perMinute` is not known to `rateLimiter`');
  });
});

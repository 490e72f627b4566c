import fc from 'fast-check';
import {
  concat,
  concatMap,
  connect,
  defer,
  delay,
  EMPTY,
  from,
  lastValueFrom,
  map,
  merge,
  NEVER,
  Observable,
  of,
  Subject,
  tap,
  throwError,
  toArray,
  VirtualTimeScheduler,
  type Subscription,
} from 'rxjs';
import { CompletionError, openAICompatModel, streamOpenAICompletions, type CompletionErrorCode, type FallbackEvent, type StreamEvent } from 'rx-completions';
import {
  accumulateText,
  assembleToolCalls,
  endpointHealth,
  fallbackEndpoints,
  hedgeBudget,
  hedgeCall,
  latencyHistory,
  normalizeUsage,
  retryCall,
  stripThink,
  verifyEvents,
  type AnyEvent,
  type FallbackContext,
  type HedgeCallConfig,
  type ToolCallEvent,
  type UsageEvent,
  type WasteEvent,
} from 'rx-completions/operators';
import { chunk, operatorContract, script, scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const endpoint = { provider: 'test', model: 'm', host: 'localhost' };
const failure = (code: CompletionErrorCode = 'rate_limit'): CompletionError => new CompletionError(code, { phase: 'headers' });
const failing = (error: Error = failure(), ...before: readonly StreamEvent[]): Observable<StreamEvent> =>
  concat(of(...before), throwError(() => error));
const answer = (words: string): Observable<StreamEvent> => of(start(), text(words), finish(), done());
const heartbeat: StreamEvent = { type: 'heartbeat' };
const retryNotice: StreamEvent = {
  type: 'retry',
  attempt: 2,
  error: { code: 'connect', message: 'm', phase: 'connect', retryable: true, committed: false },
  discarded: false,
};
const notice = (attempt: number, code: CompletionErrorCode = 'rate_limit'): FallbackEvent =>
  expect.objectContaining({ type: 'fallback', attempt, discarded: false, error: expect.objectContaining({ code }) as object }) as FallbackEvent;
const waste = (attempt: number, report?: WasteEvent['report'], known = true): WasteEvent => ({
  type: 'waste',
  attempt,
  ...(known && { endpoint }),
  ...(report !== undefined && { report }),
});

interface Seen {
  readonly events: (StreamEvent | WasteEvent)[];
  error: unknown;
  completed: boolean;
}
const see = (source: Observable<StreamEvent | WasteEvent>): Seen => {
  const seen: Seen = { events: [], error: undefined, completed: false };
  source.subscribe({
    next: (event) => seen.events.push(event),
    error: (error: unknown) => (seen.error = error),
    complete: () => (seen.completed = true),
  });
  return seen;
};
const typesOf = ({ events }: Pick<Seen, 'events'>): readonly string[] => events.map(({ type }) => type);

describe('hedgeCall: the operator contract', () => {
  for (const law of operatorContract(() => hedgeCall([]))) it(law.name, law.run);
  for (const law of operatorContract(() => hedgeCall([NEVER], { afterMs: 60_000 }), { except: ['passes errors on'] }))
    it(`${law.name}, with an alternate`, law.run);
  for (const law of operatorContract(() => hedgeCall([answer('spare')], { afterMs: Number.POSITIVE_INFINITY }), { except: ['passes errors on'] }))
    it(`${law.name}, with an alternate that is never asked beside`, law.run);
});

describe('hedgeCall: the race', () => {
  const values = { s: start(), S: start(2), t: text('Hi'), u: text('Ho'), e: text(''), d: done(), D: done('stop', 2), h: heartbeat };

  it('T-RF-09: asks the next beside a silent one, takes the first content, and cuts the loser off', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-s--------t-d| ', values);
      const asked = '      ^-------!      ';
      const spare = cold('     -s-t-----d|', values);
      const askedNext = '  -----^---------!';
      const expected = '   --------(StW)-D|';
      expectObservable(source.pipe(hedgeCall([spare], { afterMs: 5 }))).toBe(expected, { ...values, W: waste(1) });
      expectSubscriptions(source.subscriptions).toBe(asked);
      expectSubscriptions(spare.subscriptions).toBe(askedNext);
    }));

  it('T-RF-09: the source wins too, and the hedge is cut off', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-s-----t----d|', values);
      const spare = cold('     -s-t-----d|', values);
      const askedNext = '  -----^-!      ';
      const expected = '   -------(stW)D|';
      expectObservable(source.pipe(hedgeCall([spare], { afterMs: 5 }))).toBe(expected, { ...values, W: waste(2) });
      expectSubscriptions(spare.subscriptions).toBe(askedNext);
    }));

  it('asks nobody where content comes in time', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-s-t---------d|', values);
      const spare = cold('-', values);
      const expected = '   ---(st)------d|';
      expectObservable(source.pipe(hedgeCall([spare], { afterMs: 5 }))).toBe(expected, values);
      expectSubscriptions(spare.subscriptions).toBe([]);
    }));

  it('T-RF-07: takes neither a start nor an empty text nor usage for content', () =>
    marbles(({ cold, expectObservable }) => {
      const others = { v: usageReport({ n: 1 }), w: { type: 'warning', code: 'w', message: 'w' }, r: { type: 'response' } } as const;
      const source = cold('-s-e-v-w-r----', { ...values, ...others });
      const spare = cold('     -s-t------d|', values);
      const expected = '   --------(StW)--D|';
      expectObservable(source.pipe(hedgeCall([spare], { afterMs: 5 }))).toBe(expected, { ...values, W: waste(1, { n: 1 }) });
    }));

  it('asks one after the other, each after another wait', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('---------------', values);
      const asked = '      ^----------!   ';
      const second = cold('     ----------', values);
      const askedNext = '  -----^-----!   ';
      const third = cold('          -t----d|', values);
      const askedLast = '  ----------^------!';
      const expected = '   -----------(tVW)D|';
      const all = { ...values, D: done('stop', 3), V: waste(1, undefined, false), W: waste(2, undefined, false) };
      expectObservable(source.pipe(hedgeCall([second, third], { afterMs: 5 }))).toBe(expected, all);
      expectSubscriptions(source.subscriptions).toBe(asked);
      expectSubscriptions(second.subscriptions).toBe(askedNext);
      expectSubscriptions(third.subscriptions).toBe(askedLast);
    }));

  it('T-RF-04, fault 109: gives one start, whatever the others began', () => {
    const [one, two] = [new Subject<StreamEvent>(), new Subject<StreamEvent>()];
    const seen = see(one.pipe(hedgeCall([two], { afterMs: 0, scheduler: clock() })));
    one.next(start());
    scheduler.flush();
    two.next(start());
    two.next(text('Hi'));
    expect(seen.events).toEqual([start(2), text('Hi'), waste(1)]);
    expect(one.observed).toBe(false);
  });

  it('T-RF-03: nothing a loser still says comes through, not even while the winner speaks', () => {
    let late: ((event: StreamEvent) => void) | undefined;
    const deaf = new Observable<StreamEvent>((subscriber) => {
      late = (event) => subscriber.next(event);
    });
    const two = new Subject<StreamEvent>();
    const events: StreamEvent[] = [];
    deaf.pipe(hedgeCall([two], { afterMs: 0, scheduler: clock() })).subscribe((event) => {
      if (event.type !== 'heartbeat') late?.(text('ghost'));
      if (event.type !== 'waste') events.push(event);
    });
    scheduler.flush();
    two.next(start());
    late?.(heartbeat);
    two.next(text('Hi'));
    late?.(text('ghost'));
    expect(events).toEqual([heartbeat, start(2), text('Hi')]);
  });

  it('fault 110: cuts the losers off before the first event of the winner is passed on', () => {
    const order: string[] = [];
    const loser = new Observable<StreamEvent>(() => () => order.push('cut off'));
    const two = new Subject<StreamEvent>();
    loser.pipe(hedgeCall([two], { afterMs: 0, scheduler: clock() })).subscribe(({ type }) => order.push(type));
    scheduler.flush();
    two.next(text('Hi'));
    expect(order).toEqual(['cut off', 'text_delta', 'waste']);
  });

  it('T-RF-02: lets heartbeats pass, and notices while the attempt is alone', () =>
    marbles(({ cold, expectObservable }) => {
      const all = { ...values, r: retryNotice, R: { ...retryNotice, attempt: 4 }, s: start(2), S: start(4), W: waste(2, undefined, false) };
      const source = cold('-h-r---h-r-------', all);
      const spare = cold('     --h-rst', all);
      const expected = '   -h-r---(hh)(RStW)';
      expectObservable(source.pipe(hedgeCall([spare], { afterMs: 5 }), verifyEvents())).toBe(expected, all);
    }));
});

describe('hedgeCall: notices', () => {
  it('keeps their order: one that comes while the attempt is alone again waits behind one that was held', () => {
    const [one, two] = [new Subject<StreamEvent>(), new Subject<StreamEvent>()];
    const seen = see(one.pipe(hedgeCall([two], { afterMs: 0, scheduler: clock() }), verifyEvents()));
    scheduler.flush();
    two.next(retryNotice);
    one.error(failure());
    two.next({ ...retryNotice, attempt: 3 });
    expect(seen.events).toEqual([]);
    two.next(start(3));
    two.next(text('Hi'));
    expect(typesOf(seen)).toEqual(['retry', 'retry', 'start', 'text_delta']);
    expect(seen.error).toBeUndefined();
  });
});

describe('hedgeCall: failures', () => {
  const values = { s: start(), t: text('Hi'), d: done(), D: done('stop', 2), S: start(2), h: heartbeat };

  it('asks the next at once when the only one fails, without a wait and without cost to the budget', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-s-#       ', values, failure());
      const spare = cold('    -s-t---d|', values);
      const askedNext = '  ---^-------!';
      const expected = '   ---F--(St)D|';
      const budget = hedgeBudget({ maxTokens: 0 });
      expectObservable(source.pipe(hedgeCall([spare], { afterMs: 5, budget }))).toBe(expected, { ...values, F: notice(2) });
      expectSubscriptions(spare.subscriptions).toBe(askedNext);
    }));

  it('one that fails beside another just leaves the race, and costs nobody time', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-s-----#', values, failure());
      const spare = cold('     -s----t', values);
      const third = cold('          -----', values);
      const expected = '   -----------(StW)';
      expectObservable(source.pipe(hedgeCall([spare, third], { afterMs: 5 }))).toBe(expected, { ...values, W: waste(3, undefined, false) });
      expectSubscriptions(spare.subscriptions).toBe('-----^---');
      expectSubscriptions(third.subscriptions).toBe('----------^!');
    }));

  it('a hedge that fails leaves the source alone, and the one after it is asked when the wait is over', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-s------------t', values);
      const spare = cold('     -#', values, failure('auth'));
      const third = cold('          -----', values);
      const expected = '   --------------(stW)';
      expectObservable(source.pipe(hedgeCall([spare, third], { afterMs: 5 }))).toBe(expected, { ...values, W: waste(3, undefined, false) });
      expectSubscriptions(spare.subscriptions).toBe('-----^!');
      expectSubscriptions(third.subscriptions).toBe('----------^---!');
    }));

  it('counts what a failed attempt had reported as waste, and not what it had not', () => {
    const reported = failing(failure(), start(), usageReport({ n: 1 }));
    expect(see(reported.pipe(hedgeCall([failing(failure('auth'), start()), answer('c')]))).events).toEqual([
      notice(2),
      notice(3, 'auth'),
      start(3),
      text('c'),
      waste(1, { n: 1 }),
      finish(),
      done('stop', 3),
    ]);
  });

  it('fault 108: is exhausted when all fail, with each failure in the order they were asked', () => {
    const two = new Subject<StreamEvent>();
    const one = new Subject<StreamEvent>();
    const seen = see(one.pipe(hedgeCall([two], { afterMs: 0, scheduler: clock() })));
    scheduler.flush();
    two.error(failure('auth'));
    one.error(failure('quota'));
    expect(seen.error).toMatchObject({ code: 'endpoints_exhausted', committed: false });
    expect((seen.error as CompletionError).errors?.map(({ code }) => code)).toEqual(['quota', 'auth']);
    expect(((seen.error as CompletionError).cause as CompletionError).code).toBe('quota');
    const error = failure();
    expect(see(failing(error).pipe(hedgeCall([]))).error).toBe(error);
  });

  it('fault 107: a failure after the commit passes on, and asks nobody', () => {
    const spare = new Subject<StreamEvent>();
    const seen = see(failing(failure('connection_lost'), start(), text('half')).pipe(hedgeCall([spare])));
    expect(seen.events).toEqual([start(), text('half')]);
    expect(seen.error).toMatchObject({ code: 'connection_lost', committed: true });
  });

  it.each(['aborted', 'budget', 'config'] as const)('%s of the source ends the race, also beside another', (code) => {
    const error = failure(code);
    expect(see(failing(error).pipe(hedgeCall([answer('b')])))).toEqual({ events: [], error, completed: false });
    const [one, two] = [new Subject<StreamEvent>(), new Subject<StreamEvent>()];
    const seen = see(one.pipe(hedgeCall([two], { afterMs: 0, scheduler: clock() })));
    scheduler.flush();
    one.error(error);
    expect([seen.error, two.observed]).toEqual([error, false]);
  });

  it('a config error of an alternate leaves the race like any other, and aborted ends it', () => {
    for (const [code, ends] of [['config', false], ['aborted', true]] as const) {
      const [one, two] = [new Subject<StreamEvent>(), new Subject<StreamEvent>()];
      const seen = see(one.pipe(hedgeCall([two], { afterMs: 0, scheduler: clock() })));
      scheduler.flush();
      two.error(failure(code));
      expect([seen.error !== undefined, one.observed]).toEqual([ends, !ends]);
    }
  });

  it('asks shouldFallback with the failure and where the race stands', () => {
    const asked: unknown[] = [];
    const shouldFallback: HedgeCallConfig['shouldFallback'] = (error, { attempt, errors }) => {
      asked.push([error.code, attempt, errors.map(({ code }) => code)]);
      return error.code === 'auth';
    };
    const seen = see(failing(failure('auth')).pipe(hedgeCall([failing(failure('quota')), answer('c')], { shouldFallback })));
    expect(asked).toEqual([['auth', 2, ['auth']], ['quota', 3, ['auth', 'quota']]]);
    expect(seen.error).toMatchObject({ code: 'quota' });
  });

  it('an error of another kind passes on, whatever the caller would say', () => {
    const bug = new TypeError('bug');
    expect(see(failing(bug).pipe(hedgeCall([answer('b')], { shouldFallback: () => true }))).error).toBe(bug);
  });

  it('bounds what it holds: an attempt with more counts as failed with limit', () => {
    const endless = new Observable<StreamEvent>((subscriber) => {
      while (!subscriber.closed) subscriber.next({ type: 'raw', chunk: {} });
    });
    expect(see(endless.pipe(hedgeCall([answer('b')], { maxHeldEvents: 10 }))).events[0]).toEqual(notice(2, 'limit'));
  });
});

describe('hedgeCall: commitOn', () => {
  it.each<readonly [string, NonNullable<HedgeCallConfig['commitOn']>, readonly string[]]>([
    ['content is won by reasoning', 'content', ['start', 'reasoning_delta', 'waste', 'text_delta', 'finish', 'done']],
    ['text is won by text', 'text', ['start', 'reasoning_delta', 'text_delta', 'waste', 'finish', 'done']],
    ['start is won by the consent', 'start', ['start', 'waste', 'reasoning_delta', 'text_delta', 'finish', 'done']],
    ['a function says when', ({ type }) => type === 'finish', ['start', 'reasoning_delta', 'text_delta', 'finish', 'waste', 'done']],
    ['an answer that ends well wins in any case', () => false, ['start', 'reasoning_delta', 'text_delta', 'finish', 'waste', 'done']],
  ])('%s', (_, commitOn, types) => {
    const spare = of(start(), reasoning('hm'), text('Hi'), finish(), done());
    const seen = see(NEVER.pipe(hedgeCall([spare], { commitOn, afterMs: 0, scheduler: clock() }), verifyEvents()));
    scheduler.flush();
    expect(typesOf(seen)).toEqual(types);
    expect(seen.completed).toBe(true);
  });
});

describe('hedgeCall: when it asks beside', () => {
  /** Makes a call whose source is silent for so long, and says when the spare was asked. */
  const askedAfter = (config: HedgeCallConfig, sourceMs = Number.POSITIVE_INFINITY): number | undefined => {
    let asked: number | undefined;
    const source = new Subject<StreamEvent>();
    const spare = new Observable<StreamEvent>(() => void (asked = scheduler.now()));
    const time = clock();
    const subscription = source.pipe(hedgeCall([spare], { ...config, scheduler: time })).subscribe();
    if (Number.isFinite(sourceMs)) time.schedule(() => source.next(text('Hi')), sourceMs);
    time.flush();
    subscription.unsubscribe();
    return asked;
  };

  it('waits two seconds by default, and for ever where it is told to', () => {
    expect([askedAfter({}), askedAfter({ afterMs: 70 }), askedAfter({ afterMs: Number.POSITIVE_INFINITY })]).toEqual([2000, 70, undefined]);
    expect(askedAfter({ afterMs: 2 ** 40 })).toBe(2 ** 31 - 1);
  });

  it('learns from earlier calls once there are enough, and never below the least wait', () => {
    const latencies = latencyHistory({ minSamples: 4 });
    const config = { afterMs: 1000, latencies, afterPercentile: 75, minAfterMs: 150 };
    for (const ms of [100, 200, 300]) expect(askedAfter(config, ms)).toBeUndefined();
    expect([latencies.samples, askedAfter(config, 900)]).toEqual([3, undefined]);
    expect([latencies.samples, askedAfter(config, 299)]).toEqual([4, undefined]);
    expect(askedAfter(config, 301)).toBe(300);
    expect(askedAfter({ ...config, afterPercentile: 1 })).toBe(150);
  });

  it('counts how long a source that lost had been silent, so that a slow one does not come to look fast', () => {
    const latencies = latencyHistory({ minSamples: 1 });
    const time = clock();
    const spare = new Subject<StreamEvent>();
    NEVER.pipe(hedgeCall([spare], { afterMs: 10, latencies, scheduler: time })).subscribe();
    time.schedule(() => spare.next(text('Hi')), 500);
    time.flush();
    expect([latencies.samples, latencies.percentile(50)]).toEqual([1, 500]);
  });

  it('learns nothing from failures and from calls that were left', () => {
    const latencies = latencyHistory();
    see(failing().pipe(hedgeCall([answer('b')], { latencies })));
    NEVER.pipe(hedgeCall([], { latencies })).subscribe().unsubscribe();
    expect(latencies.samples).toBe(0);
  });

  it('fault 115: a clock that is set does not move what is learned', () => {
    const latencies = latencyHistory({ minSamples: 1 });
    const source = new Subject<StreamEvent>();
    source.pipe(hedgeCall([], { latencies })).subscribe();
    const jumped = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    source.next(text('Hi'));
    jumped.mockRestore();
    expect(latencies.percentile(50)).toBeLessThan(60_000);
  });

  it('a budget bounds the extra calls: one it refuses waits on without', () => {
    const budget = hedgeBudget({ ratio: 0.1, maxTokens: 1 });
    const asked = Array.from({ length: 31 }, () => askedAfter({ afterMs: 5, budget }));
    expect(asked.flatMap((at, call) => (at === undefined ? [] : [call]))).toEqual([0, 10, 20, 30]);
  });

  it('T-AB-03: clears its timer at the first content, at a failure and when unsubscribed', () => {
    const source = new Subject<StreamEvent>();
    const time = clock();
    const call = source.pipe(hedgeCall([NEVER], { scheduler: time, shouldFallback: () => false }));
    for (const ends of [
      () => source.next(text('Hi')),
      (subscription: Subscription) => subscription.unsubscribe(),
      () => source.error(failure()),
    ]) {
      const subscription = call.subscribe({ error: () => undefined });
      expect(time.actions).toHaveLength(1);
      ends(subscription);
      expect(time.actions).toHaveLength(0);
      subscription.unsubscribe();
    }
  });

  it('arms no timer when nobody is left to be asked', () => {
    const time = clock();
    NEVER.pipe(hedgeCall([], { scheduler: time })).subscribe().unsubscribe();
    NEVER.pipe(hedgeCall([NEVER], { scheduler: time, afterMs: 5 })).subscribe();
    time.flush();
    expect(time.actions).toHaveLength(0);
  });
});

describe('latencyHistory', () => {
  it('gives the time that so many percent kept to, of the latest only', () => {
    const latencies = latencyHistory({ minSamples: 1, maxSamples: 4 });
    expect(latencies.percentile(50)).toBeUndefined();
    for (const ms of [9000, 40, 10, 30, 20]) latencies.record(ms);
    expect([0, 25, 26, 75, 100, 200].map((percent) => latencies.percentile(percent))).toEqual([10, 10, 20, 30, 40, 40]);
    expect(latencies.samples).toBe(4);
  });

  it('agrees with its definition: the least time that so many percent do not exceed', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 100 }), (times, percent) => {
        const latencies = latencyHistory({ minSamples: 1 });
        for (const ms of times) latencies.record(ms);
        const keeping = (limit: number) => times.filter((ms) => ms <= limit).length * 100 >= percent * times.length;
        expect(latencies.percentile(percent)).toBe(times.filter(keeping).reduce((least, ms) => Math.min(least, ms), Infinity));
      }),
      { numRuns: 1000 },
    ));
});

describe('hedgeBudget', () => {
  it('allows at most the ratio, beside what was saved up, and earns nothing by time', () =>
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), fc.integer({ min: 0, max: 5 }), (calls, maxTokens) => {
        const budget = hedgeBudget({ ratio: 0.2, maxTokens });
        let hedges = 0;
        calls.forEach((isSlow, index) => {
          budget.deposit();
          if (isSlow && budget.withdraw()) hedges += 1;
          expect(hedges).toBeLessThanOrEqual(maxTokens + 0.2 * (index + 1) + 1e-6);
        });
      }),
      { numRuns: 1000 },
    ));
});

describe('hedgeCall: life cycle', () => {
  it('fault 99: unsubscribing stops all attempts at once', () => {
    const [one, two] = [new Subject<StreamEvent>(), new Subject<StreamEvent>()];
    const subscription = one.pipe(hedgeCall([two], { afterMs: 0, scheduler: clock() })).subscribe();
    scheduler.flush();
    expect([one.observed, two.observed]).toEqual([true, true]);
    subscription.unsubscribe();
    expect([one.observed, two.observed]).toEqual([false, false]);
  });

  it('fault 100: begins anew on each subscription', () => {
    const race = failing().pipe(hedgeCall([answer('b')]));
    expect(see(race)).toEqual(see(race));
  });

  it('a call is its own spare', () => {
    let calls = 0;
    const call = new Observable<StreamEvent>((subscriber) => {
      if ((calls += 1) === 2) subscriber.next(text('Hi'));
    });
    const seen = see(call.pipe(hedgeCall([call], { afterMs: 5, scheduler: clock() })));
    scheduler.flush();
    expect(seen.events).toEqual([text('Hi'), waste(1, undefined, false)]);
  });

  it('nests: a race within a chain and a chain within a race count on', () => {
    const inner = failing(failure('auth')).pipe(hedgeCall([failing(failure('quota'))]));
    const chain = see(failing().pipe(fallbackEndpoints([inner, answer('d')]), verifyEvents()));
    expect(chain.events.at(-1)).toEqual(done('stop', 4));
    const race = see(failing(failure('auth')).pipe(fallbackEndpoints([failing()]), hedgeCall([answer('c')]), verifyEvents()));
    expect(race.events).toEqual([notice(2, 'auth'), notice(3, 'endpoints_exhausted'), start(3), text('c'), finish(), done('stop', 3)]);
  });

  it('counts the attempts of a race within a race, though nobody was told of them', () => {
    const [one, two] = [new Subject<StreamEvent>(), new Subject<StreamEvent>()];
    const inner = one.pipe(hedgeCall([two], { afterMs: 0, scheduler: clock() }));
    const seen = see(inner.pipe(hedgeCall([answer('c')], { afterMs: Number.POSITIVE_INFINITY }), verifyEvents()));
    scheduler.flush();
    one.error(failure('auth'));
    two.error(failure('quota'));
    expect(seen.events).toEqual([notice(3, 'endpoints_exhausted'), start(3), text('c'), finish(), done('stop', 3)]);
  });

  it('tells as waste what the last attempt of a member has reported', () => {
    const spare = new Subject<StreamEvent>();
    const retried = concat(of(start(), usageReport({ n: 1 }), retryNotice, start(2)), NEVER);
    const seen = see(retried.pipe(hedgeCall([spare], { afterMs: 0, scheduler: clock() })));
    scheduler.flush();
    spare.next(text('Hi'));
    expect(seen.events).toEqual([retryNotice, text('Hi'), waste(2)]);
  });

  it('takes promises and async iterables for alternates', async () => {
    async function* asked(): AsyncGenerator<StreamEvent> {
      yield await Promise.resolve(text('Hi'));
    }
    for (const alternate of [[text('Hi')], Promise.resolve(text('Hi')), asked()])
      expect(await lastValueFrom(failing().pipe(hedgeCall([alternate])), { defaultValue: undefined })).toEqual(text('Hi'));
  });
});

describe('recovery operators: laws', () => {
  interface Leaf {
    readonly pieces: number;
    readonly gap: number;
    readonly fails: boolean;
    readonly calls: boolean;
    readonly code: CompletionErrorCode;
  }
  type Tree =
    | { readonly kind: 'leaf'; readonly leaf: Leaf }
    | { readonly kind: 'fallback'; readonly members: readonly Tree[]; readonly onFailure: 'fail' | 'restart' | 'continue'; readonly goesOn: boolean; readonly within: number }
    | { readonly kind: 'hedge'; readonly members: readonly Tree[]; readonly afterMs: number }
    | { readonly kind: 'retry'; readonly member: Tree; readonly onFailure: 'fail' | 'restart' }
    | { readonly kind: 'guard'; readonly member: Tree; readonly key: string };

  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.record({
        kind: fc.constant('leaf' as const),
        leaf: fc.record<Leaf>({
          pieces: fc.nat(4),
          gap: fc.nat(3),
          fails: fc.boolean(),
          calls: fc.boolean(),
          code: fc.constantFrom('connection_lost', 'rate_limit', 'quota', 'truncated'),
        }),
      }),
      fc.record({
        kind: fc.constant('fallback' as const),
        members: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
        onFailure: fc.constantFrom('fail', 'restart', 'continue'),
        goesOn: fc.boolean(),
        within: fc.constantFrom(4, Number.POSITIVE_INFINITY),
      }),
      fc.record({ kind: fc.constant('hedge' as const), members: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }), afterMs: fc.nat(6) }),
      fc.record({ kind: fc.constant('retry' as const), member: tie('tree'), onFailure: fc.constantFrom('fail', 'restart') }),
      fc.record({ kind: fc.constant('guard' as const), member: tie('tree'), key: fc.constantFrom('a', 'b') }),
    ),
  }));

  /** Builds the pipe of a tree. Each call it makes has a number, and says it in all it says. */
  const build = (root: Tree, time: VirtualTimeScheduler): { source: Observable<AnyEvent>; leaves: Leaf[] } => {
    const leaves: Leaf[] = [];
    const health = endpointHealth({ failureThreshold: 2, cooldownMs: 5, scheduler: time });
    const sourceOf = (node: Tree): Observable<AnyEvent> => {
      switch (node.kind) {
        case 'leaf':
          return defer(() => {
            const { leaf } = node;
            const id = leaves.push(leaf) - 1;
            const said: AnyEvent[] = [
              start(),
              usageReport({ total_tokens: 1000 + id }),
              ...Array.from({ length: leaf.pieces }, (_, piece) => text(`<${id}.${piece}>`)),
              ...(leaf.calls ? [toolDelta({ index: 0, id: `c${id}`, name: 'f' }, '{}')] : []),
              ...(leaf.fails ? [] : [finish(leaf.calls ? 'tool_calls' : 'stop'), usageReport({ total_tokens: 2000 + id }), done(leaf.calls ? 'tool_calls' : 'stop')]),
            ];
            const paced = leaf.gap === 0 ? of(...said) : from(said).pipe(concatMap((event) => of(event).pipe(delay(leaf.gap, time))));
            return concat(paced, leaf.fails ? throwError(() => failure(leaf.code)) : EMPTY);
          });
        case 'fallback': {
          const [first, ...others] = node.members.map(sourceOf);
          const alternates = others.map((other) => (node.goesOn ? (_: unknown, { attempt }: FallbackContext) => (attempt > 0 ? other : EMPTY) : other));
          const { onFailure, within: firstContentWithin } = node;
          return first!.pipe(fallbackEndpoints(alternates, { onFailure, firstContentWithin, whenRefused: 'restart', joins: () => true, minOverlap: 1000, scheduler: time }));
        }
        case 'hedge': {
          const [first, ...others] = node.members.map(sourceOf);
          return first!.pipe(hedgeCall(others, { afterMs: node.afterMs, scheduler: time }));
        }
        case 'retry':
          return sourceOf(node.member).pipe(retryCall({ maxAttempts: 2, baseDelayMs: 2, onFailure: node.onFailure, scheduler: time }));
        case 'guard':
          return sourceOf(node.member).pipe(health.guard(node.key));
      }
    };
    return { source: sourceOf(root), leaves };
  };

  it('rollback: whatever fails when, under any nesting, what is accumulated is that of the attempt that answered, and nothing comes twice', () => {
    let answered = 0;
    fc.assert(
      fc.property(tree, (root) => {
        const time = new VirtualTimeScheduler();
        const { source, leaves } = build(root, time);
        const events: AnyEvent[] = [];
        const seen = { words: '', calls: [] as string[], usage: undefined as number | undefined, error: undefined as unknown, completed: false };
        const listened = source.pipe(
          verifyEvents(),
          tap((event) => void events.push(event)),
          connect((shared) => merge(shared.pipe(accumulateText(), map((words) => ({ type: 'words', words }))), shared.pipe(assembleToolCalls(), normalizeUsage()))),
        );
        listened.subscribe({
          next: (event) => {
            if (event.type === 'words') seen.words = (event as unknown as { words: string }).words;
            if (event.type === 'start') seen.calls = [];
            if (event.type === 'tool_call') seen.calls.push((event as ToolCallEvent).id ?? '');
            if (event.type === 'usage') seen.usage = (event as UsageEvent).total;
          },
          error: (error: unknown) => (seen.error = error),
          complete: () => (seen.completed = true),
        });
        time.flush();
        if (seen.error !== undefined) {
          expect(seen.error).toBeInstanceOf(CompletionError);
          return;
        }
        expect(seen.completed).toBe(true);
        answered += 1;
        const tokens = [...seen.words.matchAll(/<(\d+)\.(\d+)>/g)].map(([, id, piece]) => [Number(id), Number(piece)] as const);
        expect(new Set(seen.words.match(/<[^>]*>/g))).toHaveProperty('size', tokens.length);
        const winner = seen.usage! - 2000;
        const { pieces, fails, calls } = leaves[winner]!;
        expect([fails, seen.calls]).toEqual([false, calls ? [`c${winner}`] : []]);
        // Its own words are whole and last; before them stand only beginnings of what it went on from.
        const own = tokens.filter(([id]) => id === winner).map(([, piece]) => piece);
        expect(own).toEqual(Array.from({ length: pieces }, (_, piece) => piece));
        expect(tokens.slice(tokens.length - pieces).every(([id]) => id === winner)).toBe(true);
        for (const id of new Set(tokens.map(([each]) => each)))
          expect(tokens.filter(([each]) => each === id).map(([, piece]) => piece)).toEqual(tokens.filter(([each]) => each === id).map((_, place) => place));
        const wentOn = events.filter((event) => event.type === 'fallback').length;
        expect(new Set(tokens.map(([id]) => id)).size).toBeLessThanOrEqual(wentOn + 1);
      }),
      { numRuns: 1000 },
    );
    expect(answered).toBeGreaterThan(200);
  });
});

describe('hedgeCall: real sockets', () => {
  const modelAt = (baseUrl: string) => openAICompatModel({ provider: 'test', id: 'm', baseUrl });
  const callAt = (baseUrl: string) => streamOpenAICompletions(modelAt(baseUrl), { messages: [{ role: 'user', content: 'Hi' }] });

  it('T-RF-09, fault 110: closes the socket of the loser, and takes none of its words', async () => {
    await using slow = await scriptedEndpoint(script().headers().comment('thinking').expectClosed({ withinMs: 5000 }));
    await using quick = await scriptedEndpoint(scriptOfAnswer('Hello world'));
    const events = await lastValueFrom(callAt(slow.baseUrl).pipe(hedgeCall([callAt(quick.baseUrl)], { afterMs: 30 }), verifyEvents(), toArray()), { defaultValue: [] });
    expect(events.filter(({ type }) => type === 'start')).toHaveLength(1);
    expect(events.flatMap((event) => (event.type === 'text_delta' ? [event.delta] : [])).join('')).toBe('Hello world');
    expect(events.filter(({ type }) => type === 'waste')).toMatchObject([{ attempt: 1 }]);
    await slow.verify();
    await slow.closed();
  });

  it('fault 110: closes the socket of a hedge that came too late', async () => {
    let release = (): void => undefined;
    const ready = new Promise<void>((resolve) => (release = resolve));
    await using slow = await scriptedEndpoint(script().headers().until(ready).data(chunk({ text: 'Hello' })).data(chunk({ finish: 'stop' })).done());
    await using late = await scriptedEndpoint(script().headers().comment('thinking').expectClosed({ withinMs: 5000 }));
    const answered = lastValueFrom(callAt(slow.baseUrl).pipe(hedgeCall([callAt(late.baseUrl)], { afterMs: 10 }), toArray()), { defaultValue: [] });
    await late.received();
    release();
    expect((await answered).map(({ type }) => type)).toContain('waste');
    await late.verify();
  });
});

describe('hedgeCall: types', () => {
  it('infers its events in any place of a pipe', () => {
    const events: Observable<StreamEvent> = of(done());
    expectTypeOf(events.pipe(hedgeCall([events]))).toEqualTypeOf<Observable<StreamEvent | WasteEvent>>();
    expectTypeOf(events.pipe(hedgeCall([events]), stripThink(), assembleToolCalls())).toEqualTypeOf<Observable<StreamEvent | WasteEvent | ToolCallEvent>>();
    expectTypeOf(events.pipe(assembleToolCalls(), hedgeCall([events]), accumulateText())).toEqualTypeOf<Observable<string>>();
  });

  it('refuses what is no source of events, and options that do not exist', () => {
    // @ts-expect-error -- a string is no event
    hedgeCall([of('text')]);
    // @ts-expect-error -- no failure precedes a hedge
    expect(() => hedgeCall([() => EMPTY])).toThrow(CompletionError);
    // @ts-expect-error -- no such commit
    expect(() => hedgeCall([], { commitOn: 'done' })).toThrow(CompletionError);
  });
});

let scheduler = new VirtualTimeScheduler();
const clock = (): VirtualTimeScheduler => (scheduler = new VirtualTimeScheduler());

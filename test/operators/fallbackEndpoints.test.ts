import fc from 'fast-check';
import {
  asapScheduler,
  catchError,
  concat,
  EMPTY,
  lastValueFrom,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  subscribeOn,
  take,
  takeUntil,
  throwError,
  timer,
  VirtualTimeScheduler,
  type MonoTypeOperatorFunction,
  type SchedulerAction,
  type Subscription,
} from 'rxjs';
import { CompletionError, type CompletionErrorCode, type FallbackEvent, type StreamEvent } from 'rx-completions';
import {
  accumulateText,
  assembleToolCalls,
  fallbackEndpoints,
  stripThink,
  type AnyEvent,
  type FallbackContext,
  type FallbackEndpointsConfig,
  type ToolCallEvent,
} from 'rx-completions/operators';
import { operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const endpoint = (host: string) => ({ provider: 'test', model: 'm', host });
const failure = (code: CompletionErrorCode = 'rate_limit', host = 'a.test'): CompletionError =>
  new CompletionError(code, { phase: 'headers', endpoint: endpoint(host) });
const failing = (error: Error = failure(), ...before: readonly StreamEvent[]): Observable<StreamEvent> =>
  concat(of(...before), throwError(() => error));
const answer = (words: string): Observable<StreamEvent> => of(start(), text(words), finish(), done());
const response: StreamEvent = { type: 'response', id: 'r1' };
const heartbeat: StreamEvent = { type: 'heartbeat' };
const raw: StreamEvent = { type: 'raw', chunk: {} };

/** The notice of a switch, as its test expects it. */
const notice = (attempt: number, code: CompletionErrorCode = 'rate_limit', discarded = false): FallbackEvent =>
  expect.objectContaining({ type: 'fallback', attempt, discarded, error: expect.objectContaining({ code }) as object }) as FallbackEvent;

const lastOf = async (source: Observable<unknown>): Promise<unknown> => lastValueFrom(source, { defaultValue: undefined });

interface Seen {
  readonly events: readonly unknown[];
  readonly error: unknown;
  readonly completed: boolean;
}

const see = (source: Observable<unknown>): Seen => {
  const seen = { events: [] as unknown[], error: undefined as unknown, completed: false };
  source.subscribe({
    next: (event) => seen.events.push(event),
    error: (error: unknown) => (seen.error = error),
    complete: () => (seen.completed = true),
  });
  return seen;
};
const typesOf = ({ events }: Seen): readonly string[] => events.map((event) => (event as StreamEvent).type);

describe('fallbackEndpoints: the operator contract', () => {
  for (const law of operatorContract(() => fallbackEndpoints([]))) it(law.name, law.run);
  // To answer an error is what the alternates are for.
  for (const law of operatorContract(() => fallbackEndpoints([answer('spare')]), { except: ['passes errors on'] }))
    it(`${law.name}, with an alternate`, law.run);
  for (const law of operatorContract(() => fallbackEndpoints([], { commitOn: 'start', firstContentWithin: 60_000 })))
    it(`${law.name}, with a commit on start and a timer`, law.run);
});

describe('fallbackEndpoints: before the commit', () => {
  const values = { s: start(), p: response, t: text('Hi'), d: done(), h: heartbeat, r: raw };

  it('T-RF-07: holds what comes before content, then passes it and all that follows as it comes', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -s-p---t-----t-d|', values);
      const subscription = '^---------------!';
      const expected = '    -------(spt)-t-d|';
      expectObservable(source.pipe(fallbackEndpoints([]))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('T-RF-01, T-RF-04, fault 109: asks the next endpoint at once, and gives one start', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-s-p-#        ', values, failure());
      const asked = '      ^----!        ';
      const spare = cold('      -s-t---d|', values);
      const askedNext = '  -----^-------!';
      const expected = '   -----F--(st)d|';
      const all = { ...values, s: start(2), d: done('stop', 2), F: notice(2) };
      expectObservable(source.pipe(fallbackEndpoints([spare]))).toBe(expected, all);
      expectSubscriptions(source.subscriptions).toBe(asked);
      expectSubscriptions(spare.subscriptions).toBe(askedNext);
    }));

  it('T-RF-02: lets heartbeats and notices pass while it holds', () =>
    marbles(({ hot, expectObservable }) => {
      const source = hot('  -s-h-r-h-t----d|', values);
      const expected = '    ---h---h-(srt)d|';
      expectObservable(source.pipe(fallbackEndpoints([]))).toBe(expected, values);
    }));

  it('takes neither an empty text nor usage for content', () => {
    const seen = see(failing(failure(), start(), response, text(''), usageReport({})).pipe(fallbackEndpoints([answer('b')])));
    expect(typesOf(seen)).toEqual(['fallback', 'start', 'text_delta', 'finish', 'done']);
  });

  it('gives what is held when the source ends well without content', () => {
    expect(see(of(start(), response, finish(), done()).pipe(fallbackEndpoints([answer('b')])))).toEqual({
      events: [start(), response, finish(), done()],
      error: undefined,
      completed: true,
    });
  });

  it('keeps what came before the first start, and drops what a second start voids', () => {
    const warning: StreamEvent = { type: 'warning', code: 'w', message: 'w' };
    const seen = see(of(warning, start(), response, start(2), text('Hi'), done()).pipe(fallbackEndpoints([])));
    expect(seen.events).toEqual([warning, start(2), text('Hi'), done()]);
  });

  it('counts attempts over the chain, retries within a member included', () => {
    const retried: StreamEvent = {
      type: 'retry',
      attempt: 2,
      error: { code: 'connect', message: 'm', phase: 'connect', retryable: true, committed: false },
      discarded: false,
    };
    const first = failing(failure(), start(1), retried, start(2));
    const spare = of<StreamEvent[]>(retried, start(2), text('Hi'), done('stop', 2));
    expect(see(first.pipe(fallbackEndpoints([failing(), spare]))).events).toEqual([
      retried,
      notice(3),
      notice(4),
      { ...retried, attempt: 5 },
      start(5),
      text('Hi'),
      done('stop', 5),
    ]);
  });

  it('says where it came from and why, without an Error and without what is unknown', () => {
    const error = new CompletionError('rate_limit', { status: 429, retryAfterMs: 5, endpoint: endpoint('a.test') });
    const seen = see(failing(error).pipe(fallbackEndpoints([EMPTY])));
    const { message } = error;
    const summary = { code: 'rate_limit', message, phase: 'body', retryable: true, committed: false, status: 429, retryAfterMs: 5, endpoint: endpoint('a.test') };
    expect(seen.events).toEqual([{ type: 'fallback', from: endpoint('a.test'), attempt: 2, error: summary, discarded: false }]);
    expect(structuredClone(seen.events)).toEqual(seen.events);
    expect(see(failing(new CompletionError('connect'), start()).pipe(fallbackEndpoints([EMPTY]))).events).toMatchObject([
      { from: { host: 'localhost' } },
    ]);
    expect(see(failing(new CompletionError('connect')).pipe(fallbackEndpoints([EMPTY]))).events[0]).not.toHaveProperty('from');
  });

  it('bounds what it holds: an attempt with more counts as failed with limit', () => {
    const endless = new Observable<StreamEvent>((subscriber) => {
      while (!subscriber.closed) subscriber.next(raw);
    });
    const seen = see(endless.pipe(fallbackEndpoints([answer('b')], { maxHeldEvents: 10 })));
    expect(seen.events[0]).toEqual(notice(2, 'limit'));
    expect(seen.events.at(-1)).toEqual(done('stop', 2));
    expect(see(endless.pipe(fallbackEndpoints([]))).error).toMatchObject({ code: 'limit', message: expect.stringContaining('maxHeldEvents allows (65536)') as string });
  });
});

describe('fallbackEndpoints: commitOn', () => {
  const events = [start(), reasoning('hm'), text('Hi')] as const;
  const cut = failing(failure('connection_lost'), ...events.slice(0, 2));

  it.each<readonly [string, NonNullable<FallbackEndpointsConfig['commitOn']>, readonly string[], boolean]>([
    ['content commits on reasoning', 'content', ['start', 'reasoning_delta'], true],
    ['text holds reasoning', 'text', ['fallback', 'start', 'text_delta', 'finish', 'done'], false],
    ['start commits at once', 'start', ['start', 'reasoning_delta'], true],
    ['a function says when', ({ type }: AnyEvent) => type === 'reasoning_delta', ['start', 'reasoning_delta'], true],
  ])('%s', (_, commitOn, types, fails) => {
    const seen = see(cut.pipe(fallbackEndpoints([answer('b')], { commitOn })));
    expect(typesOf(seen)).toEqual(types);
    expect(seen.error !== undefined).toBe(fails);
  });

  it('start passes the start on as it comes', () => {
    const source = new Subject<StreamEvent>();
    const seen = see(source.pipe(fallbackEndpoints([], { commitOn: 'start' })));
    source.next(start());
    expect(seen.events).toEqual([start()]);
  });

  it('an answer without what commits is given whole at its end', () => {
    const call = toolDelta({ index: 0, id: 'c0', name: 'f' }, '{}');
    expect(see(of(start(), call, done()).pipe(fallbackEndpoints([], { commitOn: 'text' }))).events).toEqual([start(), call, done()]);
  });

  it('committed says whether content went out, not what an attempt that was held had said', () => {
    const held = failing(failure('connection_lost').with({ committed: true }), start(), reasoning('hm'));
    expect(see(held.pipe(fallbackEndpoints([], { commitOn: 'text' }))).error).toMatchObject({ committed: false });
    const consented = failing(failure('connection_lost'), start());
    expect(see(consented.pipe(fallbackEndpoints([answer('b')], { commitOn: 'start' }))).error).toMatchObject({ committed: false });
  });
});

describe('fallbackEndpoints: after the commit', () => {
  const cut = failing(failure('connection_lost'), start(), text('half'));

  it('T-RF-01, fault 107: passes the failure on with committed, and asks nobody', () => {
    let asked = 0;
    const spare = new Observable<StreamEvent>(() => void (asked += 1));
    const seen = see(cut.pipe(fallbackEndpoints([spare])));
    expect(seen.events).toEqual([start(), text('half')]);
    expect(seen.error).toMatchObject({ code: 'connection_lost', committed: true });
    expect(asked).toBe(0);
  });

  it('T-RF-13: the naive pipe repeats text, restart does not', () => {
    const words = (source: Observable<AnyEvent>) => see(source.pipe(accumulateText())).events.at(-1);
    const headless = of<StreamEvent[]>(text('whole'), finish(), done());
    expect(words(cut.pipe(catchError(() => headless)))).toBe('halfwhole');
    expect(words(cut.pipe(fallbackEndpoints([answer('whole')], { onFailure: 'restart' })))).toBe('whole');
  });

  it('T-RF-05, fault 107: restart asks the next endpoint, whose start voids what came before', () =>
    marbles(({ cold, expectObservable }) => {
      const values = { s: start(), S: start(2), t: text('half'), u: text('whole'), d: done(), D: done('stop', 2) };
      const source = cold('-s-t----#         ', values, failure('connection_lost'));
      const spare = cold('         -s-u----d|', values);
      const expected = '   ---(st)-F--(Su)-D|';
      const restarted = source.pipe(fallbackEndpoints([spare], { onFailure: 'restart' }));
      expectObservable(restarted).toBe(expected, { ...values, F: notice(2, 'connection_lost', true) });
    }));

  it('T-RF-05: restart says that content was discarded, once per attempt that had given some', () => {
    const config = { onFailure: 'restart' } as const;
    const seen = see(cut.pipe(fallbackEndpoints([failing(failure('connect')), answer('whole')], config)));
    expect(seen.events).toEqual([
      start(),
      text('half'),
      notice(2, 'connection_lost', true),
      notice(3, 'connect', false),
      start(3),
      text('whole'),
      finish(),
      done('stop', 3),
    ]);
    expect(see(cut.pipe(fallbackEndpoints([answer('whole')], config), accumulateText())).events).toEqual(['half', '', 'whole']);
  });

  it('restart that ends with the last endpoint failing is exhausted, and committed', () => {
    const seen = see(cut.pipe(fallbackEndpoints([failing(failure('auth', 'b.test'))], { onFailure: 'restart' })));
    expect(seen.error).toMatchObject({ code: 'endpoints_exhausted', committed: true, retryable: false });
  });

  it('T-RF-05: walks on when alternates fail too, until one commits', () => {
    const half = failing(failure('connection_lost', 'c.test'), start(), text('half'));
    const seen = see(failing().pipe(fallbackEndpoints([failing(failure('auth')), half, answer('never')])));
    expect(seen.events).toEqual([notice(2), notice(3, 'auth'), start(3), text('half')]);
    expect(seen.error).toMatchObject({ code: 'connection_lost', committed: true });
  });
});

describe('fallbackEndpoints: shouldFallback', () => {
  const codes = [
    'auth',
    'quota',
    'rate_limit',
    'http_status',
    'provider_error',
    'context_length',
    'content_filter',
    'connect',
    'tls',
    'timeout',
    'connection_lost',
    'truncated',
    'empty_response',
    'unexpected_content',
    'redirect',
    'bad_frame',
    'limit',
    'tool_input',
    'answer_schema',
    'endpoints_exhausted',
  ] as const satisfies readonly CompletionErrorCode[];

  it.each(codes)('T-RF-11, fault 20, fault 21: by default the next endpoint is asked after %s', (code) => {
    expect(see(failing(failure(code)).pipe(fallbackEndpoints([answer('b')]))).events.at(-1)).toEqual(done('stop', 2));
  });

  it.each(['aborted', 'budget', 'config'] as const)('by default %s of the first endpoint passes on itself', (code) => {
    const error = failure(code);
    const seen = see(failing(error).pipe(fallbackEndpoints([answer('b')])));
    expect(seen).toEqual({ events: [], error, completed: false });
    expect(seen.error).toBe(error);
  });

  it('by default a config error of an alternate does not end the chain, and aborted does', () => {
    const after = (code: CompletionErrorCode) => see(failing().pipe(fallbackEndpoints([failing(failure(code)), answer('c')])));
    expect(after('config').events.at(-1)).toEqual(done('stop', 3));
    expect(after('aborted').error).toMatchObject({ code: 'aborted' });
    expect(typesOf(after('aborted'))).toEqual(['fallback']);
  });

  it('an error of another kind passes on, whatever the caller would say', () => {
    const bug = new TypeError('bug');
    expect(see(failing(bug).pipe(fallbackEndpoints([answer('b')], { shouldFallback: () => true }))).error).toBe(bug);
  });

  it('is asked with the failure and where the chain stands', () => {
    const asked: unknown[] = [];
    const errors = [failure('auth'), failure('config')] as const;
    const shouldFallback: FallbackEndpointsConfig['shouldFallback'] = (error, context) => {
      asked.push([error.code, context.attempt, context.errors.map(({ code }) => code)]);
      return error.code === 'auth';
    };
    const seen = see(failing(errors[0]).pipe(fallbackEndpoints([failing(errors[1]), answer('c')], { shouldFallback })));
    expect(asked).toEqual([
      ['auth', 2, ['auth']],
      ['config', 3, ['auth', 'config']],
    ]);
    expect(seen.error).toBe(errors[1]);
  });
});

describe('fallbackEndpoints: when all fail', () => {
  it('fault 108: is exhausted, with each failure in order and the last as cause', () => {
    const errors = [failure('auth', 'a.test'), failure('quota', 'b.test'), failure('rate_limit', 'c.test').with({ retryAfterMs: 7 })];
    const [first, ...others] = errors.map((error) => failing(error, start()));
    const { error } = see(first!.pipe(fallbackEndpoints(others)));
    expect(error).toMatchObject({ code: 'endpoints_exhausted', retryable: true, committed: false, retryAfterMs: 7, phase: 'headers' });
    expect((error as CompletionError).errors).toEqual(errors);
    expect((error as CompletionError).cause).toBe(errors[2]);
    expect((error as CompletionError).message).toBe('a.test and every alternate failed (3 attempts: a.test auth, b.test quota, c.test rate_limit)');
  });

  it('says of each attempt where and how it failed, of the first five by name, and repeats no word of an endpoint', () => {
    const said = failure('http_status', 'a.test').with({ status: 503, providerError: { message: 'secret' } });
    const nowhere = new CompletionError('connect');
    const messageOf = (...errors: readonly CompletionError[]): string => new CompletionError('endpoints_exhausted', { errors }).message;
    expect(messageOf(said, nowhere)).toBe('the endpoint and every alternate failed (2 attempts: a.test http_status 503, connect)');
    expect(messageOf(...Array.from({ length: 1000 }, () => failure('timeout', 'b.test')))).toBe(
      `the endpoint and every alternate failed (1000 attempts: ${Array.from({ length: 5 }, () => 'b.test timeout').join(', ')}, …)`,
    );
  });

  it('passes on the only failure of a chain of one itself', () => {
    const error = failure();
    expect(see(failing(error).pipe(fallbackEndpoints([]))).error).toBe(error);
  });

  it('a chain within a chain counts and lists its attempts as its own', () => {
    const inner = failing(failure('auth')).pipe(fallbackEndpoints([failing(failure('quota'))]));
    const nested = failing(failure('connect')).pipe(fallbackEndpoints([inner, answer('d')]));
    expect(see(nested).events).toEqual([
      notice(2, 'connect'),
      notice(3, 'auth'),
      notice(4, 'endpoints_exhausted'),
      start(4),
      text('d'),
      finish(),
      done('stop', 4),
    ]);
    const { error } = see(failing(failure('connect')).pipe(fallbackEndpoints([inner])));
    expect((error as CompletionError).errors?.map(({ code }) => code)).toEqual(['connect', 'auth', 'quota']);
  });

  it('two operators in a row are one chain', () => {
    const seen = see(failing().pipe(fallbackEndpoints([failing(failure('auth'))]), fallbackEndpoints([answer('c')])));
    expect(seen.events.at(-1)).toEqual(done('stop', 3));
    expect(typesOf(seen).filter((type) => type === 'start')).toHaveLength(1);
  });
});

describe('fallbackEndpoints: firstContentWithin', () => {
  const values = { s: start(), S: start(2), t: text('Hi'), d: done(), D: done('stop', 2), h: heartbeat, F: notice(2, 'timeout') };

  it('abandons an attempt that gives no content in time, heartbeats or not', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-s-h---t-d|    ', values);
      const asked = '      ^----!         ';
      const spare = cold('      -s-t----d|', values);
      const askedNext = '  -----^--------!';
      const expected = '   ---h-F--(St)-D|';
      expectObservable(source.pipe(fallbackEndpoints([spare], { firstContentWithin: 5 }))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(asked);
      expectSubscriptions(spare.subscriptions).toBe(askedNext);
    }));

  it('lets an attempt take its time once it has given content', () =>
    marbles(({ cold, expectObservable }) => {
      const source = cold('-s-t-------------d|', values);
      const expected = '   ---(st)----------d|';
      expectObservable(source.pipe(fallbackEndpoints([NEVER], { firstContentWithin: 5 }))).toBe(expected, values);
    }));

  it('fails with timeout when there is nobody else to ask', () =>
    marbles(({ cold, expectObservable }) => {
      const source = cold('-s------', values);
      const expected = '   -----#';
      const timedOut = new CompletionError('timeout', { which: 'content', endpoint: endpoint('localhost') });
      expectObservable(source.pipe(fallbackEndpoints([], { firstContentWithin: 5 }))).toBe(expected, values, timedOut);
    }));

  it('T-AB-03: clears its timer at the first content, at a failure and when unsubscribed', () => {
    const scheduler = new VirtualTimeScheduler();
    const source = new Subject<StreamEvent>();
    const chain = source.pipe(fallbackEndpoints([], { firstContentWithin: 5, scheduler, commitOn: 'text' }));
    for (const ends of [
      () => source.next(reasoning('hm')),
      (subscription: Subscription) => subscription.unsubscribe(),
      () => source.error(failure()),
    ]) {
      const subscription = chain.subscribe({ error: () => undefined });
      expect(scheduler.actions).toHaveLength(1);
      ends(subscription);
      expect(scheduler.actions).toHaveLength(0);
      subscription.unsubscribe();
    }
  });

  it('fault 26: a limit longer than the platform can count is not a limit of nothing', () => {
    const delays: (number | undefined)[] = [];
    class Clock extends VirtualTimeScheduler {
      override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
        delays.push(delay);
        return super.schedule(work, delay, state);
      }
    }
    for (const firstContentWithin of [2 ** 31, Number.POSITIVE_INFINITY])
      NEVER.pipe(fallbackEndpoints([], { firstContentWithin, scheduler: new Clock() }))
        .subscribe()
        .unsubscribe();
    expect(delays).toEqual([2 ** 31 - 1]);
  });

  it('fault 111: one limit around the chain bounds all its attempts together', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-s-#  ', values, failure('connect'));
      const spare = cold('    ------t', values);
      const askedNext = '  ---^-!';
      const expected = '   ---F-#';
      const bounded = source.pipe(fallbackEndpoints([spare]), takeUntilFailing(5));
      expectObservable(bounded).toBe(expected, { F: notice(2, 'connect') }, 'too late');
      expectSubscriptions(spare.subscriptions).toBe(askedNext);
    }));
});

const takeUntilFailing = <E>(ms: number): MonoTypeOperatorFunction<E> =>
  takeUntil(
    timer(ms).pipe(
      map(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- a marble test compares it by value
        throw 'too late';
      }),
    ),
  );

describe('fallbackEndpoints: life cycle', () => {
  it('T-RF-03: nothing an abandoned attempt still says comes through', () => {
    let late: ((event: StreamEvent) => void) | undefined;
    const deaf = new Observable<StreamEvent>((subscriber) => {
      subscriber.next(start());
      late = (event) => subscriber.next(event);
      subscriber.error(failure());
    });
    const spare = new Subject<StreamEvent>();
    const seen = see(deaf.pipe(fallbackEndpoints([spare])));
    late?.(text('ghost'));
    spare.next(start());
    spare.next(text('Hi'));
    late?.(text('ghost'));
    expect(seen.events).toEqual([notice(2), start(2), text('Hi')]);
  });

  it('an abandoned attempt is torn down before the next one is asked', () => {
    const order: string[] = [];
    const logged = (name: string, then: Observable<StreamEvent>) =>
      new Observable<StreamEvent>((subscriber) => {
        order.push(`${name} asked`);
        const subscription = then.subscribe(subscriber);
        return () => {
          subscription.unsubscribe();
          order.push(`${name} left`);
        };
      });
    const scheduler = new VirtualTimeScheduler();
    logged('a', NEVER)
      .pipe(fallbackEndpoints([logged('b', failing()), logged('c', NEVER)], { firstContentWithin: 5, scheduler }))
      .subscribe()
      .add(() => order.push('done'));
    scheduler.maxFrames = 5;
    scheduler.flush();
    expect(order).toEqual(['a asked', 'a left', 'b asked', 'b left', 'c asked']);
  });

  it('fault 99: unsubscribing stops the attempt at hand at once', () => {
    const spare = new Subject<StreamEvent>();
    const subscription = failing().pipe(fallbackEndpoints([spare])).subscribe();
    expect(spare.observed).toBe(true);
    subscription.unsubscribe();
    expect(spare.observed).toBe(false);
  });

  it('fault 100: begins with the source on each subscription', () => {
    const chain = failing().pipe(fallbackEndpoints([answer('b')]));
    expect(see(chain)).toEqual(see(chain));
  });

  it('fault 104, fault 105: stops a synchronous source and asks nobody after take', () => {
    let emitted = 0;
    const endless = new Observable<StreamEvent>((subscriber) => {
      while (!subscriber.closed && emitted < 1000) subscriber.next((emitted += 1) === 1 ? start() : text('x'));
    });
    expect(see(failing().pipe(fallbackEndpoints([endless]), take(3))).events).toEqual([notice(2), start(2), text('x')]);
    expect(emitted).toBe(2);
    let asked = 0;
    see(failing().pipe(fallbackEndpoints([() => ((asked += 1), EMPTY)]), take(1)));
    expect(asked).toBe(0);
  });

  it('asks 10,000 alternates that fail at once, whether the first fails at once or later', async () => {
    const alternates = Array.from({ length: 10_000 }, () => failing());
    const { error, events } = see(failing().pipe(fallbackEndpoints(alternates)));
    expect((error as CompletionError).errors).toHaveLength(10_001);
    expect(events).toHaveLength(10_000);
    const later = failing().pipe(subscribeOn(asapScheduler)).pipe(fallbackEndpoints(alternates));
    await expect(lastOf(later)).rejects.toMatchObject({ code: 'endpoints_exhausted' });
    const answered = answer('a').pipe(subscribeOn(asapScheduler)).pipe(fallbackEndpoints(alternates));
    expect(await lastOf(answered)).toEqual(done());
  });

  it('makes an alternate out of the failure, only when it is needed', () => {
    const asked: unknown[] = [];
    const alternate = (error: CompletionError, { attempt, errors }: FallbackContext): Observable<StreamEvent> => {
      asked.push([error.code, attempt, errors.length]);
      return answer('b');
    };
    see(answer('a').pipe(fallbackEndpoints([alternate])));
    expect(asked).toEqual([]);
    see(failing().pipe(fallbackEndpoints([failing(failure('auth')), alternate])));
    expect(asked).toEqual([['auth', 3, 2]]);
  });

  it('takes what an alternate throws for its failure', () => {
    const throwing = (error: Error) => (): never => {
      throw error;
    };
    const bug = new TypeError('bug');
    expect(see(failing().pipe(fallbackEndpoints([throwing(failure('config')), answer('c')]))).events.at(-1)).toEqual(done('stop', 3));
    expect(see(failing().pipe(fallbackEndpoints([throwing(bug), answer('c')]))).error).toBe(bug);
  });

  it('takes promises, arrays and async iterables for alternates', async () => {
    async function* asked(): AsyncGenerator<StreamEvent> {
      yield await Promise.resolve(text('Hi'));
    }
    for (const alternate of [[text('Hi')], Promise.resolve(text('Hi')), asked()])
      expect(await lastOf(failing().pipe(fallbackEndpoints([alternate])))).toEqual(text('Hi'));
  });

  it('fault 123: gives an alternate nothing of the failed call but its failure', () => {
    let given: unknown[] = [];
    see(failing().pipe(fallbackEndpoints([(...all) => ((given = all), EMPTY)])));
    expect(given).toEqual([expect.any(CompletionError), { attempt: 2, errors: [given[0]] }]);
  });
});

describe('fallbackEndpoints: laws', () => {
  const piece = fc.oneof(fc.string({ minLength: 1, maxLength: 3 }).map((delta) => text(delta)), fc.constantFrom(response, heartbeat, raw, reasoning('hm')));
  const attempts = fc.array(
    fc.record({ pieces: fc.array(piece, { maxLength: 6 }), fails: fc.boolean(), later: fc.boolean(), code: fc.constantFrom<CompletionErrorCode>('rate_limit', 'truncated', 'aborted') }),
    { minLength: 1, maxLength: 5 },
  );
  type Try = typeof attempts extends fc.Arbitrary<(infer One)[]> ? One : never;
  const config = fc.record({
    onFailure: fc.constantFrom('fail', 'restart'),
    commitOn: fc.constantFrom('content', 'text', 'start'),
  } as const);

  const eventsOf = ({ pieces, fails }: Try): StreamEvent[] => [start(), ...pieces, ...(fails ? [] : [finish(), done()])];
  const sourceOf = (one: Try): Observable<StreamEvent> => {
    const source = concat(of(...eventsOf(one)), one.fails ? throwError(() => failure(one.code)) : EMPTY);
    return one.later ? source.pipe(subscribeOn(asapScheduler)) : source;
  };
  const chainOf = ([first, ...others]: readonly Try[], options: FallbackEndpointsConfig) =>
    sourceOf(first!).pipe(fallbackEndpoints(others.map(sourceOf), options));
  const collect = async (source: Observable<unknown>): Promise<Seen> =>
    new Promise((resolve) => {
      const events: unknown[] = [];
      source.subscribe({
        next: (event) => events.push(event),
        error: (error: unknown) => resolve({ events, error, completed: false }),
        complete: () => resolve({ events, error: undefined, completed: true }),
      });
    });

  /** The whole chain written out: try by try, with lists instead of streams. */
  const naive = (tries: readonly Try[], { commitOn, onFailure }: FallbackEndpointsConfig): { types: string[]; code: string | undefined } => {
    const types: string[] = [];
    for (const [at, one] of tries.entries()) {
      const events = eventsOf(one);
      const committing = events.findIndex(({ type }) => {
        if (commitOn === 'content') return type === 'text_delta' || type === 'reasoning_delta';
        return type === (commitOn === 'text' ? 'text_delta' : 'start');
      });
      const isPassed = (type: string) => type === 'heartbeat';
      if (committing >= 0 || !one.fails) {
        const end = committing < 0 ? events.length - 1 : committing;
        const before = events.slice(0, end);
        types.push(...[...before.filter(({ type }) => isPassed(type)), ...before.filter(({ type }) => !isPassed(type)), ...events.slice(end)].map(({ type }) => type));
      } else types.push(...events.map(({ type }) => type).filter(isPassed));
      if (!one.fails) return { types, code: undefined };
      if ((committing >= 0 && onFailure === 'fail') || one.code === 'aborted') return { types, code: one.code };
      if (at === tries.length - 1) return { types, code: tries.length === 1 ? one.code : 'endpoints_exhausted' };
      types.push('fallback');
    }
    return { types, code: undefined };
  };

  it('differential: emits what the chain written out as lists emits, and ends as it does', () =>
    fc.assert(
      fc.asyncProperty(attempts, config, async (tries, options) => {
        const seen = await collect(chainOf(tries, options));
        expect({ types: typesOf(seen), code: (seen.error as CompletionError | undefined)?.code }).toEqual(naive(tries, options));
      }),
      { numRuns: 1000 },
    ));

  it('rollback: whatever fails when, the accumulated text is that of the attempt that answered alone', () =>
    fc.assert(
      fc.asyncProperty(attempts, config, async (tries, options) => {
        const seen = await collect(chainOf(tries, options).pipe(accumulateText()));
        if (!seen.completed) return;
        const winner = tries.find(({ fails }) => !fails)!;
        const words = winner.pieces.map((event) => (event.type === 'text_delta' ? event.delta : '')).join('');
        expect(seen.events.at(-1) ?? '').toBe(words);
      }),
      { numRuns: 1000 },
    ));

  it('conservation: an attempt that answers gives each of its events once', () =>
    fc.assert(
      fc.asyncProperty(attempts, config, async (tries, options) => {
        const seen = await collect(chainOf(tries.map((one) => ({ ...one, fails: false })), options));
        const sorted = (events: readonly unknown[]) => events.map((event) => JSON.stringify(event)).sort();
        expect(sorted(seen.events)).toEqual(sorted(eventsOf({ ...tries[0]!, fails: false })));
      }),
      { numRuns: 1000 },
    ));

  it('one start: without restart there is never a second one, and done counts the attempts', () =>
    fc.assert(
      fc.asyncProperty(attempts, fc.constantFrom('content', 'text', 'start'), async (tries, commitOn) => {
        const seen = await collect(chainOf(tries, { commitOn }));
        const events = seen.events as (StreamEvent | FallbackEvent)[];
        const starts = events.filter((event) => event.type === 'start');
        expect(starts.length).toBeLessThanOrEqual(1);
        const last = events.at(-1);
        if (last?.type === 'done') expect([last.attempts, starts[0]?.attempt]).toEqual([events.filter(({ type }) => type === 'fallback').length + 1, last.attempts]);
      }),
      { numRuns: 1000 },
    ));
});

describe('fallbackEndpoints: types', () => {
  it('infers its events in any place of a pipe', () => {
    const events: Observable<StreamEvent> = of(done());
    expectTypeOf(events.pipe(fallbackEndpoints([events]))).toEqualTypeOf<Observable<StreamEvent>>();
    expectTypeOf(events.pipe(fallbackEndpoints([events]), stripThink(), assembleToolCalls())).toEqualTypeOf<
      Observable<StreamEvent | ToolCallEvent>
    >();
    expectTypeOf(events.pipe(assembleToolCalls(), fallbackEndpoints([events]), accumulateText())).toEqualTypeOf<Observable<string>>();
    expectTypeOf(events.pipe(fallbackEndpoints([events.pipe(assembleToolCalls())]))).toEqualTypeOf<
      Observable<StreamEvent | ToolCallEvent>
    >();
    expectTypeOf(of(text('x')).pipe(fallbackEndpoints([]))).toEqualTypeOf<Observable<StreamEvent>>();
  });

  it('types the failure an alternate is made of, and joins what alternates emit', () => {
    const mine = of({ type: 'mine', value: 1 } as const);
    const joined = mine.pipe(
      fallbackEndpoints([
        (error, context) => {
          expectTypeOf(error).toEqualTypeOf<CompletionError>();
          expectTypeOf(context).toEqualTypeOf<FallbackContext>();
          return of({ type: 'other' } as const);
        },
      ]),
    );
    expectTypeOf(joined).toEqualTypeOf<
      Observable<{ readonly type: 'mine'; readonly value: 1 } | { readonly type: 'other' } | FallbackEvent>
    >();
  });

  it('refuses what is no source of events, and options that do not exist', () => {
    // @ts-expect-error -- a string is no event
    fallbackEndpoints([of('text')]);
    // @ts-expect-error -- no such policy
    expect(() => fallbackEndpoints([], { onFailure: 'retry' })).toThrow(CompletionError);
    // @ts-expect-error -- no such commit
    expect(() => fallbackEndpoints([], { commitOn: 'done' })).toThrow(CompletionError);
  });
});

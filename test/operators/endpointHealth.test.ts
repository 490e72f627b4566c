import fc from 'fast-check';
import { concat, lastValueFrom, NEVER, Observable, of, Subject, take, throwError, toArray, VirtualTimeScheduler } from 'rxjs';
import { CompletionError, openAICompatModel, streamOpenAICompletions, type CompletionErrorCode, type CompletionErrorDetails, type StreamEvent } from 'rx-completions';
import {
  accumulateText,
  assembleToolCalls,
  endpointHealth,
  fallbackEndpoints,
  hedgeCall,
  retryCall,
  verifyEvents,
  type EndpointHealth,
  type EndpointHealthConfig,
  type EndpointState,
  type ToolCallEvent,
} from 'rx-completions/operators';
import { chunk, operatorContract, script, scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { createCircuit } from '../../operators/health/createCircuit.ts';
import { done, finish, start, text } from '../support/events.ts';

const failure = (code: CompletionErrorCode = 'truncated', details: CompletionErrorDetails = {}): CompletionError =>
  new CompletionError(code, { phase: 'headers', ...details });
const answer: Observable<StreamEvent> = of(start(), text('Hi'), finish(), done());
const failing = (error: Error = failure(), ...before: readonly StreamEvent[]): Observable<StreamEvent> =>
  concat(of(...before), throwError(() => error));

let scheduler = new VirtualTimeScheduler();
/** A health in virtual time: three failures open it for 100. */
const healthOf = (config: EndpointHealthConfig = {}): EndpointHealth => {
  scheduler = new VirtualTimeScheduler();
  return endpointHealth({ failureThreshold: 3, windowMs: 50, cooldownMs: 100, quotaCooldownMs: 5000, scheduler, ...config });
};
/** Lets so much time pass. */
const pass = (ms: number): void => {
  scheduler.maxFrames = scheduler.now() + ms;
  scheduler.schedule(() => undefined, ms);
  scheduler.flush();
};
const run = (source: Observable<unknown>): unknown => {
  let error: unknown;
  source.subscribe({ error: (caught: unknown) => (error = caught) });
  return error;
};
const stateOf = (health: EndpointHealth, key = 'a'): EndpointState | undefined => {
  let state: EndpointState | undefined;
  health.states.pipe(take(1)).subscribe((states) => (state = states[key]));
  return state;
};
const statusOf = (health: EndpointHealth, key = 'a') => stateOf(health, key)?.status;
const open = (health: EndpointHealth, key = 'a', error = failure('rate_limit', { retryAfterMs: 100 })): void => void run(failing(error).pipe(health.watch(key)));

describe('endpointHealth: the operator contract', () => {
  for (const law of operatorContract(() => endpointHealth().watch('a'))) it(`watch ${law.name}`, law.run);
  for (const law of operatorContract(() => endpointHealth().watch())) it(`watch without a key ${law.name}`, law.run);
  for (const law of operatorContract(() => endpointHealth().guard('a'))) it(`guard ${law.name}`, law.run);
});

describe('endpointHealth: the circuit', () => {
  it('T-RF-08: counts how a stream ends, not that it began with status 200', () => {
    const health = healthOf();
    const source = new Subject<StreamEvent>();
    source.pipe(health.watch('a')).subscribe({ error: () => undefined });
    source.next(start());
    source.next(text('half'));
    expect(stateOf(health)).toEqual({ status: 'closed', failures: 0 });
    source.error(failure('truncated'));
    expect(stateOf(health)).toEqual({ status: 'closed', failures: 1 });
  });

  it('opens after so many failures in a row, for as long as told', () => {
    const health = healthOf();
    for (const failures of [1, 2]) {
      run(failing().pipe(health.watch('a')));
      expect(stateOf(health)).toEqual({ status: 'closed', failures });
    }
    run(failing().pipe(health.watch('a')));
    expect(stateOf(health)).toEqual({ status: 'open', failures: 3, openUntil: 100 });
    pass(99);
    expect(statusOf(health)).toBe('open');
    pass(1);
    expect(statusOf(health)).toBe('half_open');
  });

  it('a success clears the count, leaving does not, and a failure outside the window does not count', () => {
    const health = healthOf();
    const fail = (times: number) => Array.from({ length: times }, () => run(failing().pipe(health.watch('a'))));
    fail(2);
    run(answer.pipe(health.watch('a')));
    fail(2);
    NEVER.pipe(health.watch('a')).subscribe().unsubscribe();
    run(of(start(), text('Hi')).pipe(health.watch('a')));
    expect(stateOf(health)).toEqual({ status: 'closed', failures: 2 });
    pass(50);
    expect(stateOf(health)).toEqual({ status: 'closed', failures: 0 });
    fail(2);
    expect(statusOf(health)).toBe('closed');
    fail(1);
    expect(statusOf(health)).toBe('open');
  });

  const verdicts = {
    auth: 'counts', rate_limit: 'counts', connect: 'counts', tls: 'counts', timeout: 'counts', connection_lost: 'counts', truncated: 'counts',
    empty_response: 'counts', unexpected_content: 'counts', redirect: 'counts', bad_frame: 'counts', provider_error: 'counts', http_status: 'ignored',
    quota: 'rests', config: 'ignored', context_length: 'ignored', content_filter: 'ignored', limit: 'ignored', tool_input: 'ignored',
    answer_schema: 'ignored', budget: 'ignored', endpoints_exhausted: 'ignored', aborted: 'ignored',
  } as const satisfies Readonly<Record<CompletionErrorCode, string>>;

  it.each(Object.entries(verdicts))('T-RF-08, fault 20, fault 21: %s %s', (code, verdict) => {
    const health = healthOf();
    run(failing(failure(code as CompletionErrorCode)).pipe(health.watch('a')));
    expect(stateOf(health)).toEqual({
      counts: { status: 'closed', failures: 1 },
      rests: { status: 'open', failures: 1, openUntil: 5000 },
      ignored: { status: 'closed', failures: 0 },
    }[verdict]);
  });

  it('counts a status that may pass, and not one that the request would get again', () => {
    const health = healthOf();
    for (const status of [503, 400, 529, 404]) run(failing(failure('http_status', { status })).pipe(health.watch('a')));
    run(failing(failure('provider_error', { status: 400 })).pipe(health.watch('a')));
    expect(stateOf(health)?.failures).toBe(2);
  });

  it('fault 23: rests at once for as long as the endpoint asks, within bounds', () => {
    const rest = (code: CompletionErrorCode, retryAfterMs: number) => {
      const health = healthOf({ maxCooldownMs: 9000 });
      open(health, 'a', failure(code, { retryAfterMs }));
      return stateOf(health);
    };
    expect(rest('rate_limit', 70)).toMatchObject({ status: 'open', openUntil: 70 });
    expect(rest('http_status', 70)).toMatchObject({ status: 'closed', failures: 0 });
    expect(rest('rate_limit', 0)).toMatchObject({ status: 'closed', failures: 1 });
    expect(rest('quota', 70)).toMatchObject({ openUntil: 5000 });
    expect(rest('quota', 6000)).toMatchObject({ openUntil: 6000 });
    expect(rest('rate_limit', 2 ** 31)).toMatchObject({ openUntil: 9000 });
  });

  it('fault 23: rests by default for an hour at most, and for an hour without quota', () => {
    const health = endpointHealth({ scheduler: (scheduler = new VirtualTimeScheduler()) });
    open(health, 'a', failure('quota'));
    open(health, 'b', failure('rate_limit', { retryAfterMs: 2 ** 31 - 1 }));
    expect([stateOf(health, 'a')?.openUntil, stateOf(health, 'b')?.openUntil]).toEqual([3_600_000, 3_600_000]);
  });

  it('a call that began before the circuit opened or closed tells of the past', () => {
    const health = healthOf();
    const [cut, slow, soon, asking] = [new Subject<StreamEvent>(), new Subject<StreamEvent>(), new Subject<StreamEvent>(), new Subject<StreamEvent>()];
    for (const source of [cut, slow, soon, asking]) source.pipe(health.watch('a')).subscribe({ error: () => undefined });
    open(health);
    slow.next(done());
    expect(stateOf(health)).toMatchObject({ status: 'open', openUntil: 100 });
    cut.error(failure());
    expect(stateOf(health)).toMatchObject({ status: 'open', openUntil: 100, failures: 1 });
    soon.error(failure('rate_limit', { retryAfterMs: 70 }));
    expect(stateOf(health)).toMatchObject({ status: 'open', openUntil: 100 });
    asking.error(failure('rate_limit', { retryAfterMs: 700 }));
    expect(stateOf(health)).toMatchObject({ status: 'open', openUntil: 700 });
  });

  it('counts the first ending of a call', () => {
    const health = healthOf();
    run(failing(failure(), start(), done()).pipe(health.watch('a')));
    expect(stateOf(health)).toEqual({ status: 'closed', failures: 0 });
  });

  it('fault 115: a clock that is set moves neither the window nor the rest', () => {
    const health = endpointHealth({ failureThreshold: 2, cooldownMs: 60_000 });
    run(failing().pipe(health.watch('a')));
    const jumped = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    run(failing().pipe(health.watch('a')));
    expect(statusOf(health)).toBe('open');
    jumped.mockReturnValue(Date.now() + 7_200_000);
    expect(statusOf(health)).toBe('open');
    jumped.mockRestore();
  });
});

describe('endpointHealth: watch', () => {
  it('takes the endpoint for the key where it is given none', () => {
    const health = healthOf();
    const key = 'test m localhost';
    run(failing(failure(), start()).pipe(health.watch()));
    expect(stateOf(health, key)?.failures).toBe(1);
    run(failing(failure('connect', { endpoint: { provider: 'test', model: 'm', host: 'localhost' } })).pipe(health.watch()));
    expect(stateOf(health, key)?.failures).toBe(2);
    run(answer.pipe(health.watch()));
    expect(stateOf(health, key)?.failures).toBe(0);
    run(failing(failure('connect')).pipe(health.watch()));
    let keys: unknown;
    health.states.subscribe((states) => (keys = Object.keys(states)));
    expect(keys).toEqual([key]);
  });

  it('without a key, a call that goes on at another endpoint leaves the first one', () => {
    const health = healthOf();
    const key = 'test m localhost';
    open(health, key);
    pass(100);
    const moving = new Subject<StreamEvent>();
    moving.pipe(health.watch()).subscribe();
    moving.next(start());
    const probed = (): unknown => run(NEVER.pipe(take(0), health.guard(key)));
    expect(probed()).toMatchObject({ code: 'connect' });
    moving.next({ type: 'start', attempt: 2, endpoint: { provider: 'test', model: 'm', host: 'elsewhere' }, status: 200 });
    expect(probed()).toBeUndefined();
    moving.next(done());
    expect(stateOf(health, 'test m elsewhere')).toEqual({ status: 'closed', failures: 0 });
  });

  it('ignores errors of other kinds', () => {
    const health = healthOf();
    const bug = new TypeError('bug');
    expect(run(failing(bug).pipe(health.watch('a')))).toBe(bug);
    expect(stateOf(health)).toEqual({ status: 'closed', failures: 0 });
  });

  it('T-RF-09: losing a race says nothing', () => {
    const health = healthOf();
    const spare = new Subject<StreamEvent>();
    NEVER.pipe(health.watch('a'), hedgeCall([spare.pipe(health.watch('b'))], { afterMs: 0, scheduler })).subscribe();
    pass(1);
    spare.next(text('Hi'));
    expect(stateOf(health)).toEqual({ status: 'closed', failures: 0 });
  });
});

describe('endpointHealth: guard', () => {
  const asked = (health: EndpointHealth, key = 'a', among?: readonly string[]): [boolean, unknown] => {
    let isAsked = false;
    const source = new Observable<StreamEvent>((subscriber) => {
      isAsked = true;
      subscriber.complete();
    });
    const error = run(source.pipe(health.guard(key, among === undefined ? {} : { among })));
    return [isAsked, error];
  };

  it('makes no call while the endpoint rests, and says why and for how long', () => {
    const health = healthOf();
    expect(asked(health)).toEqual([true, undefined]);
    const last = failure('rate_limit', { retryAfterMs: 5000, message: 'a.test received too many requests' });
    open(health, 'a', last);
    pass(1000);
    const [isAsked, error] = asked(health);
    expect(isAsked).toBe(false);
    expect(error).toMatchObject({ code: 'connect', phase: 'connect', retryable: true, committed: false, retryAfterMs: 4000 });
    expect((error as CompletionError).message).toBe('a rests for another 4 s after a failure: a.test received too many requests');
    expect((error as CompletionError).cause).toBe(last);
  });

  it('fault 21: is not to be retried where the failure was not', () => {
    const health = healthOf();
    open(health, 'a', failure('quota'));
    expect(asked(health)[1]).toMatchObject({ code: 'connect', retryable: false });
  });

  it('a refusal is no failure: nobody was asked', () => {
    const health = healthOf();
    open(health);
    run(failing().pipe(health.guard('a'), health.watch('a')));
    run(failing().pipe(health.guard('a'), health.watch('b')));
    expect([stateOf(health), stateOf(health, 'b')]).toEqual([
      { status: 'open', failures: 1, openUntil: 100 },
      { status: 'closed', failures: 0 },
    ]);
  });

  it('lets one call try after the rest, and closes or opens by how that one ends', () => {
    const health = healthOf();
    open(health);
    pass(100);
    const probe = new Subject<StreamEvent>();
    probe.pipe(health.guard('a')).subscribe({ error: () => undefined });
    expect([probe.observed, statusOf(health)]).toEqual([true, 'half_open']);
    const [isAsked, error] = asked(health);
    expect([isAsked, (error as CompletionError).message]).toEqual([false, 'a is being tried by another call after a failure: the endpoint received too many requests']);
    expect(error).not.toHaveProperty('retryAfterMs');
    probe.next(start());
    expect(statusOf(health)).toBe('half_open');
    probe.error(failure('truncated'));
    expect(stateOf(health)).toMatchObject({ status: 'open', openUntil: 200 });
    pass(100);
    run(answer.pipe(health.guard('a')));
    expect(stateOf(health)).toEqual({ status: 'closed', failures: 0 });
    expect(asked(health)[0]).toBe(true);
  });

  it('a probe that is left makes room for the next one', () => {
    const health = healthOf();
    open(health);
    pass(100);
    const probe = NEVER.pipe(health.guard('a')).subscribe();
    expect(asked(health)[0]).toBe(false);
    probe.unsubscribe();
    expect(asked(health)[0]).toBe(true);
  });

  it('lets as many try at a time as told', () => {
    const health = healthOf({ halfOpenProbes: 2 });
    open(health);
    pass(100);
    NEVER.pipe(health.guard('a')).subscribe();
    const second = NEVER.pipe(health.guard('a')).subscribe();
    expect(asked(health)[0]).toBe(false);
    second.unsubscribe();
    expect(asked(health)[0]).toBe(true);
  });

  it('a try of an earlier time makes no room for another one now', () => {
    const health = healthOf({ halfOpenProbes: 2 });
    open(health);
    pass(100);
    const early = NEVER.pipe(health.guard('a')).subscribe();
    run(failing().pipe(health.guard('a')));
    pass(100);
    for (let probes = 0; probes < 2; probes += 1) NEVER.pipe(health.guard('a')).subscribe();
    early.unsubscribe();
    expect(asked(health)[0]).toBe(false);
  });

  it('an ignored failure leaves the rest over and the next one to try', () => {
    const health = healthOf();
    open(health);
    pass(100);
    run(failing(failure('context_length')).pipe(health.guard('a')));
    expect([statusOf(health), asked(health)[0]]).toEqual(['half_open', true]);
  });

  it('never leaves a chain without anybody to ask: when all rest, the next to recover is asked', () => {
    const health = healthOf();
    const among = ['a', 'b', 'c'];
    for (const key of among) health.guard(key);
    open(health, 'a', failure('rate_limit', { retryAfterMs: 300 }));
    open(health, 'b', failure('rate_limit', { retryAfterMs: 200 }));
    expect(among.map((key) => asked(health, key, among)[0])).toEqual([false, false, true]);
    open(health, 'c', failure('rate_limit', { retryAfterMs: 400 }));
    expect(among.map((key) => asked(health, key, among)[0])).toEqual([false, true, false]);
    expect(asked(health, 'b')[0]).toBe(false);
    expect(asked(health, 'a', ['a'])[0]).toBe(true);
    expect(asked(health, 'a', ['somebody else'])[0]).toBe(true);
    expect(asked(health, 'a', ['b'])[0]).toBe(false);
    pass(200);
    expect(among.map((key) => asked(health, key, among)[0])).toEqual([false, true, false]);
  });

  it('does not ask one that is being tried while another can be asked', () => {
    const health = healthOf();
    health.guard('b');
    open(health);
    pass(100);
    NEVER.pipe(health.guard('a')).subscribe();
    expect([asked(health, 'a', ['a', 'b'])[0], asked(health, 'b', ['a', 'b'])[0]]).toEqual([false, true]);
  });

  it('composes with a chain: those that rest are passed over, with a notice', () => {
    const health = healthOf();
    const guard = (key: string) => health.guard(key, { among: ['a', 'b'] });
    let calls = 0;
    const dead = new Observable<StreamEvent>((subscriber) => {
      calls += 1;
      subscriber.error(failure('truncated'));
    });
    const chain = dead.pipe(guard('a'), fallbackEndpoints([answer.pipe(guard('b'))]), verifyEvents());
    const seen: string[][] = [];
    for (let call = 0; call < 5; call += 1) {
      const types: string[] = [];
      chain.subscribe((event) => types.push(event.type === 'fallback' ? `${event.type} ${event.error.code}` : event.type));
      seen.push(types);
    }
    expect(calls).toBe(3);
    expect(seen.map(([first]) => first)).toEqual(['truncated', 'truncated', 'truncated', 'connect', 'connect'].map((code) => `fallback ${code}`));
    expect(seen.every((types) => types.at(-1) === 'done')).toBe(true);
  });

  it('composes with a chain of which all rest: each is tried in turn of its recovery rather than none', () => {
    const health = healthOf({ failureThreshold: 1 });
    const guard = (key: string) => health.guard(key, { among: ['a', 'b'] });
    let calls = 0;
    const dead = new Observable<StreamEvent>((subscriber) => {
      calls += 1;
      subscriber.error(failure('truncated'));
    });
    const chain = dead.pipe(guard('a'), fallbackEndpoints([dead.pipe(guard('b'))]));
    run(chain);
    expect(calls).toBe(2);
    expect(run(chain)).toMatchObject({ code: 'endpoints_exhausted' });
    expect(calls).toBeGreaterThan(2);
  });

  it('composes with a retry, which waits out the rest', () => {
    const health = healthOf();
    open(health);
    let attempts: unknown;
    answer.pipe(health.guard('a'), retryCall({ scheduler })).subscribe((event) => {
      if (event.type === 'done') attempts = [event.attempts, scheduler.now() >= 100];
    });
    pass(150);
    expect(attempts).toEqual([2, true]);
  });
});

describe('endpointHealth: states', () => {
  it('is told what a subscriber needs to draw a dashboard, and keeps no timer for nobody', () => {
    const health = healthOf({ failureThreshold: 2 });
    const seen: unknown[] = [];
    const subscription = health.states.subscribe((states) => seen.push([scheduler.now(), states]));
    health.guard('a');
    run(failing().pipe(health.watch('a')));
    run(answer.pipe(health.watch('b')));
    run(answer.pipe(health.watch('b')));
    run(failing().pipe(health.watch('a')));
    pass(500);
    run(answer.pipe(health.guard('a')));
    const closed = { status: 'closed', failures: 0 };
    expect(seen).toEqual([
      [0, {}],
      [0, { a: closed }],
      [0, { a: { status: 'closed', failures: 1 } }],
      [0, { a: { status: 'closed', failures: 1 }, b: closed }],
      [0, { a: { status: 'open', failures: 2, openUntil: 100 }, b: closed }],
      [100, { a: { status: 'half_open', failures: 2, openUntil: 100 }, b: closed }],
      [500, { a: closed, b: closed }],
    ]);
    expect(structuredClone(seen)).toEqual(seen);
    open(health);
    expect(scheduler.actions).toHaveLength(1);
    subscription.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
  });

  it('gives several subscribers the same, each from now on', () => {
    const health = healthOf();
    open(health);
    expect([stateOf(health), stateOf(health)]).toEqual([stateOf(health), stateOf(health)]);
  });
});

describe('endpointHealth: laws', () => {
  type Step = { readonly does: 'begin' | 'succeed' | 'fail' | 'leave' | 'wait'; readonly which: number; readonly ms: number };
  const steps = fc.array(
    fc.record<Step>({ does: fc.constantFrom('begin', 'succeed', 'fail', 'fail', 'leave', 'wait'), which: fc.nat(5), ms: fc.nat(60) }),
    { maxLength: 40 },
  );

  it('a circuit: an endpoint that fails again and again rests, one whose last word was a success does not, and no probe is lost', () =>
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 }), (moves, failureThreshold, halfOpenProbes) => {
        let time = 0;
        const now = () => time;
        const circuit = createCircuit({ failureThreshold, windowMs: 100, cooldownMs: 50, quotaCooldownMs: 500, maxCooldownMs: 500, halfOpenProbes, now, timeOfDay: now });
        const trials: ReturnType<typeof circuit.begin>[] = [];
        for (const { does, which, ms } of moves) {
          const trial = trials[which % Math.max(1, trials.length)];
          const before = circuit.state.status;
          if (does === 'wait') time += ms;
          else if (does === 'begin') {
            if (circuit.isAvailable) trials.push(circuit.begin());
          } else if (does === 'succeed') trial?.succeed();
          else if (does === 'fail') trial?.fail(failure());
          else trial?.leave();
          const { status, failures, openUntil } = circuit.state;
          expect(failures).toBeLessThanOrEqual(failureThreshold);
          expect(openUntil === undefined).toBe(status === 'closed');
          expect(circuit.restMs > 0).toBe(status === 'open');
          if (does !== 'wait' && before === 'open') expect(status).toBe('open');
          if (before !== 'closed' && status === 'closed') expect(does).toBe('succeed');
        }
        for (const trial of trials) trial.leave();
        time += 1000;
        expect(circuit.isAvailable).toBe(true);
      }),
      { numRuns: 1000 },
    ));
});

describe('endpointHealth: real sockets', () => {
  const callAt = (baseUrl: string) =>
    streamOpenAICompletions(openAICompatModel({ provider: 'test', id: 'm', baseUrl }), { messages: [{ role: 'user', content: 'Hi' }] });

  it('T-RF-08: leaves an endpoint alone that accepts calls and cuts their answers off, and opens no socket to it', async () => {
    await using liar = await scriptedEndpoint(script().data(chunk({ text: 'half' })).fin());
    await using spare = await scriptedEndpoint(scriptOfAnswer('Hello world'));
    const health = endpointHealth({ failureThreshold: 2 });
    const guard = (key: string) => health.guard(key, { among: ['liar', 'spare'] });
    const call = callAt(liar.baseUrl).pipe(guard('liar'), fallbackEndpoints([callAt(spare.baseUrl).pipe(guard('spare'))], { onFailure: 'restart' }));
    for (let count = 0; count < 4; count += 1) {
      const texts = await lastValueFrom(call.pipe(accumulateText(), toArray()), { defaultValue: [] });
      expect(texts.at(-1)).toBe('Hello world');
    }
    expect([liar.requests.length, spare.requests.length]).toEqual([2, 4]);
    expect(statusOf(health, 'liar')).toBe('open');
  });
});

describe('endpointHealth: types', () => {
  it('changes no event', () => {
    const health = endpointHealth();
    const events: Observable<StreamEvent> = of(done());
    expectTypeOf(events.pipe(health.watch())).toEqualTypeOf<Observable<StreamEvent>>();
    expectTypeOf(events.pipe(assembleToolCalls(), health.guard('a'))).toEqualTypeOf<Observable<StreamEvent | ToolCallEvent>>();
    expectTypeOf(health.states).toEqualTypeOf<Observable<Readonly<Record<string, EndpointState>>>>();
    // @ts-expect-error -- a string is no event
    void of('text').pipe(health.watch());
    // @ts-expect-error -- a guard needs a key
    health.guard();
    expectTypeOf(health.states).not.toExtend<Subject<unknown>>();
  });
});

import { concat, lastValueFrom, NEVER, of, throwError, toArray, type Observable } from 'rxjs';
import { CompletionError, openAICompatModel, streamOpenAICompletions, type StreamEvent } from 'rx-completions';
import {
  collectMessage,
  estimateUsage,
  normalizeUsage,
  priceList,
  runnableTool,
  runTools,
  takeWhileBudget,
  verifyEvents,
  type TakeWhileBudgetConfig,
  type UsageEvent,
} from 'rx-completions/operators';
import { chunk, operatorContract, script, scriptedEndpoint } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const report = (input: number, output: number, more: Record<string, unknown> = {}): StreamEvent =>
  usageReport({ prompt_tokens: input, completion_tokens: output, ...more });

/** What passes, and how it ends. */
const bounded = async (events: readonly StreamEvent[] | Observable<StreamEvent>, config: TakeWhileBudgetConfig) => {
  const passed: StreamEvent[] = [];
  const source = Array.isArray(events) ? of(...(events as StreamEvent[])) : (events as Observable<StreamEvent>);
  const error = await source.pipe(takeWhileBudget(config)).forEach((event) => passed.push(event)).then(() => undefined, (failure: unknown) => failure as CompletionError);
  return { passed, error };
};
const refusal = (make: () => unknown): unknown => {
  try {
    return make();
  } catch (error) {
    return (error as CompletionError).message;
  }
};

describe('takeWhileBudget', () => {
  it('passes an answer within its budget', async () => {
    const events = [start(), text('x'.repeat(40)), finish(), report(5, 5, { cost: 0.5 }), done()];
    expect(await bounded(events, { tokens: 10, usd: 1, ms: 1000 })).toEqual({ passed: events, error: undefined });
  });

  it('T-BP-02, fault 129: stops an answer without end, and passes on what was paid for', async () => {
    const endless = function* (): Generator<StreamEvent> {
      yield start();
      for (;;) yield text('12345678');
    };
    const passed: StreamEvent[] = [];
    const result = takeWhileBudget({ tokens: 10 })(endless()).forEach((event) => passed.push(event));
    await expect(result).rejects.toMatchObject({
      code: 'budget', message: 'the budget of 10 tokens is spent (12)', retryable: false, committed: true, endpoint: { host: 'localhost' },
    });
    expect(passed).toHaveLength(7);
  });

  it('counts thinking, refusals and calls, and as it is told to', async () => {
    const refused: StreamEvent = { type: 'refusal_delta', choice: 0, delta: 'abcd' };
    for (const event of [text('abcd'), reasoning('abcd'), refused, toolDelta({ name: 'ab' }, 'cd')])
      expect((await bounded([start(), event, event], { tokens: 1 })).error?.message).toBe('the budget of 1 tokens is spent (2)');
    const perCharacter = (delta: string): number => delta.length;
    expect((await bounded([start(), text('abcd')], { tokens: 3, estimate: perCharacter })).error?.message).toBe('the budget of 3 tokens is spent (4)');
  });

  it('takes no estimate that is no number: none would ever be spent', async () => {
    expect((await bounded([start(), text('abcd')], { tokens: 3, estimate: () => Number.NaN })).error).toMatchObject({ code: 'config' });
  });

  it('takes a report for what it says, the prompt included, and estimates on top of it', async () => {
    const long = text('x'.repeat(400));
    expect((await bounded([start(), long, report(50, 10), text('abcd')], { tokens: 100 })).error).toBeUndefined();
    expect((await bounded([start(), text('a'), report(50, 10), text('abcd')], { tokens: 61 })).error).toBeUndefined();
    expect((await bounded([start(), text('a'), report(50, 10), text('abcd')], { tokens: 60 })).error?.message).toBe('the budget of 60 tokens is spent (61)');
    expect((await bounded([start(), text('a'), report(90, 11)], { tokens: 100 })).error?.message).toContain('spent (101)');
  });

  it('reads what normalizeUsage has made of the reports', async () => {
    const source = of(start(), text('a'), report(90, 11));
    expect((await bounded(source.pipe(normalizeUsage()) as Observable<StreamEvent>, { tokens: 100 })).error?.message).toContain('spent (101)');
  });

  it('lets an answer through that has finished, and nothing after it', async () => {
    const whole = [start(), text('a'), finish(), report(90, 20), done()];
    expect(await bounded(whole, { tokens: 100 })).toEqual({ passed: whole, error: undefined });
    const ran = vi.fn(() => 'ok');
    const calling = [start(), toolDelta({ index: 0, name: 'f' }, '{}'), finish('tool_calls'), report(90, 20), done('tool_calls')];
    const ask = vi.fn(() => of(...calling));
    const loop = runTools(ask, { messages: [], tools: [runnableTool({ name: 'f' }, ran)] });
    await expect(lastValueFrom(loop.pipe(takeWhileBudget({ tokens: 100 })), { defaultValue: undefined })).rejects.toMatchObject({ code: 'budget' });
    expect([ask.mock.calls.length, ran.mock.calls.length]).toEqual([1, 1]);
  });

  it('waits for the end of all choices', async () => {
    const events = [start(), text('a'), text('b', 1), finish(), report(90, 20)];
    expect((await bounded(events, { tokens: 100 })).error).toMatchObject({ code: 'budget' });
  });

  it('adds up attempts, for one that was given up is paid for', async () => {
    const attempt = (number: number) => [start(number), text('x'.repeat(16))];
    expect((await bounded([...attempt(1), ...attempt(2)], { tokens: 8 })).error).toBeUndefined();
    expect((await bounded([...attempt(1), ...attempt(2), text('x', 1)], { tokens: 8 })).error?.message).toContain('(9)');
    const fallback = { type: 'fallback', attempt: 2, error: { code: 'connect' }, discarded: false } as unknown as StreamEvent;
    expect((await bounded([...attempt(1), fallback, text('x'.repeat(20))], { tokens: 8 })).error?.message).toContain('(9)');
    const waste = { type: 'waste', attempt: 2, endpoint: { provider: 'p', model: 'm', host: 'h' }, report: { prompt_tokens: 4, completion_tokens: 1 } } as unknown as StreamEvent;
    expect((await bounded([...attempt(1), waste], { tokens: 8 })).error?.message).toContain('(9)');
  });

  it('counts money: priced while the answer comes, by the endpoint where it says', async () => {
    const priceOf = priceList({ m: { input: 1, output: 1e6 } });
    expect((await bounded([start(), text('abcd'), text('abcd'), text('abcd')], { usd: 2, priceOf })).error?.message).toBe('the budget of 2 US dollars is spent (3)');
    expect((await bounded([start(), text('abcd'), report(1, 1, { cost: 2.5 }), text('a')], { usd: 2, priceOf })).error?.message).toContain('(2.5)');
    expect((await bounded([start(), report(1, 1, { cost: 1.5 }), text('a'), start(2), report(1, 1, { cost: 1 })], { usd: 2 })).error?.message).toContain('(2.5)');
    expect((await bounded([start(), text('x'.repeat(1e5))], { usd: 2 })).error).toBeUndefined();
    expect((await bounded([start(), text('x'.repeat(1e5))], { usd: 2, priceOf: priceList({ other: { input: 1, output: 1 } }) })).error).toBeUndefined();
  });

  it('warns once per attempt that nobody knows the price, as a budget of money can never be spent then', async () => {
    const unknown = priceList({ other: { input: 1, output: 1 } });
    const seen = async (events: readonly StreamEvent[], config: TakeWhileBudgetConfig = { usd: 2 }): Promise<string> => {
      const { passed } = await bounded(of(...events).pipe(takeWhileBudget(config), verifyEvents()), { tokens: 1e6 });
      return passed.map((event) => (event.type === 'warning' ? `${event.code}!` : event.type)).join(' ');
    };
    expect(await seen([start(), text('a'), finish(), report(1, 1), report(1, 1), done()])).toBe(
      'start text_delta finish no_price! usage_report usage_report done',
    );
    expect(await seen([start(), text('a'), finish(), done()])).toBe('start text_delta finish no_price! done');
    expect(await seen([start(), text('a'), finish(), done()], { usd: 2, priceOf: unknown })).toContain('no_price! done');
    expect(await seen([start(), text('a'), start(2), report(1, 1), finish(), done('stop', 2)])).toBe(
      'start text_delta no_price! start no_price! usage_report finish done',
    );
    expect(await seen([start(), start(2), report(1, 1, { cost: 1 }), finish(), done('stop', 2)])).not.toContain('!');
    expect(await seen([start(), text('a'), finish(), done()], { usd: 2, priceOf: () => 0 })).not.toContain('!');
    expect(await seen([start(), text('a'), finish(), report(1, 1), done()], { tokens: 9 })).not.toContain('!');
    const { passed } = await bounded([start(), finish(), done()], { usd: 2 });
    expect(passed.at(2)).toEqual({ type: 'warning', code: 'no_price', message: 'the budget of US dollars does not count this answer: the endpoint reports no cost, and `priceOf` is missing' });
    const { passed: priced } = await bounded([start(), finish(), done()], { usd: 2, priceOf: unknown });
    expect(priced.at(2)).toMatchObject({ message: expect.stringContaining('and `priceOf` knows no price') as string });
  });

  it('warns in each turn, and trusts no estimate to be the last word', async () => {
    const turns = [[start(), toolDelta({ index: 0, name: 'f' }, '{}'), finish('tool_calls'), report(1, 1), done('tool_calls')], [start(), text('a'), finish(), report(1, 1), done()]];
    const loop = runTools((_, { turn }) => of(...turns[turn - 1]!), { messages: [], tools: [runnableTool({ name: 'f' }, () => 'ok')] });
    const events = await lastValueFrom(loop.pipe(takeWhileBudget({ usd: 1 }), toArray()), { defaultValue: [] });
    expect(events.filter((event) => event.type === 'warning')).toHaveLength(2);
    const late = of(start(), text('a'), finish(), report(1, 1, { cost: 0.1 }), done()).pipe(normalizeUsage(), estimateUsage(), takeWhileBudget({ usd: 1 }), toArray());
    expect((await lastValueFrom(late, { defaultValue: [] })).some(({ type }) => type === 'warning')).toBe(false);
  });

  it('prices by the model that answers', async () => {
    const answering = (model: string): StreamEvent => ({ type: 'response', model });
    const priceOf = priceList({ dear: { input: 1, output: 1e6 }, m: { input: 0, output: 0 } });
    expect((await bounded([start(), answering('dear'), text('x'.repeat(12))], { usd: 2, priceOf })).error?.message).toContain('(3)');
    expect((await bounded([start(), answering('dear'), start(2), text('x'.repeat(12))], { usd: 2, priceOf })).error).toBeUndefined();
  });

  it('counts time from the subscription', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const values = { s: start(), t: text('a') };
      const source = hot('  s-t-t-t-t-', values);
      const subscription = '^----!';
      const expected = '    s-t-t#';
      const error = new CompletionError('budget', { message: 'the budget of 5 ms is spent' });
      expectObservable(source.pipe(takeWhileBudget({ ms: 5 }))).toBe(expected, values, expect.objectContaining({ code: 'budget', message: error.message, committed: true }));
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('stops no clock that is longer than timers are', async () => {
    expect((await bounded([start(), done()], { ms: Infinity })).error).toBeUndefined();
  });

  it('leaves what has come to the partial of collecting operators', async () => {
    const result = concat(of(start(), text('Hel'), text('lo there')), NEVER).pipe(takeWhileBudget({ tokens: 2 }), collectMessage());
    await expect(lastValueFrom(result, { defaultValue: undefined })).rejects.toMatchObject({ code: 'budget', partial: { content: [{ text: 'Hello there' }] } });
  });

  it('closes the socket', async () => {
    const held = script().data(chunk({ text: 'x'.repeat(100) })).expectClosed();
    await using endpoint = await scriptedEndpoint(held);
    const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl: endpoint.baseUrl });
    const call = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Go' }] });
    await expect(lastValueFrom(call.pipe(takeWhileBudget({ tokens: 5 })), { defaultValue: undefined })).rejects.toMatchObject({ code: 'budget' });
    await endpoint.verify();
  });

  it('refuses what is no budget', () => {
    expect(refusal(() => takeWhileBudget({}))).toBe('`takeWhileBudget` needs `tokens`, `usd` or `ms`');
    expect(refusal(() => takeWhileBudget({ usd: Number.NaN }))).toContain('`usd` of `takeWhileBudget` must be a number');
    expect(refusal(() => takeWhileBudget({ token: 1 } as never))).toContain('did you mean `tokens`?');
  });

  it('passes errors on as they are', async () => {
    const broken = new Error('broken');
    expect((await bounded(throwError(() => broken), { tokens: 1 })).error).toBe(broken);
  });

  it('adds nothing but warnings to what it emits', () => {
    expectTypeOf(of(start()).pipe(normalizeUsage(), takeWhileBudget({ ms: 1 }))).toEqualTypeOf(of(start()).pipe(normalizeUsage()));
  });

  describe('obeys the operator contract:', () => {
    const laws = operatorContract(() => takeWhileBudget({ tokens: 1e6, usd: 1e6, ms: 1e6 }));
    it.each(laws.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run());
  });
});

describe('estimateUsage', () => {
  const usages = async (...events: readonly StreamEvent[]): Promise<UsageEvent[]> => {
    const all = await lastValueFrom(of(...events).pipe(normalizeUsage(), estimateUsage({ priceOf: ({ output }) => (output ?? 0) / 10 }), toArray()), { defaultValue: [] });
    return all.flatMap((event) => (event.type === 'usage' ? [event] : []));
  };

  it('T-US-13: follows each piece, says that it guesses, and gives way to reports', async () => {
    const seen = await usages(start(), text('12345'), toolDelta({}, '123'), report(7, 3), text('1234'), start(2), text('1'));
    expect(seen).toEqual([
      { type: 'usage', output: 2, source: 'estimated', raw: null, cost: { total: 0.2, currency: 'USD', source: 'estimated' } },
      { type: 'usage', output: 2, source: 'estimated', raw: null, cost: { total: 0.2, currency: 'USD', source: 'estimated' } },
      expect.objectContaining({ input: 7, output: 3, total: 10, source: 'reported' }),
      expect.objectContaining({ input: 7, output: 4, total: 11, source: 'estimated', cost: { total: 0.4, currency: 'USD', source: 'estimated' } }),
      expect.objectContaining({ output: 1, source: 'estimated' }),
    ]);
  });

  it('says nothing where nothing has come', async () => {
    expect(await usages(start(), text(''), finish(), done())).toEqual([]);
  });

  describe('obeys the operator contract:', () => {
    it.each(operatorContract(() => estimateUsage()).map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run());
  });
});

describe('priceList', () => {
  const priceOf = priceList({ 'gpt-4o': { input: 2, output: 10, cacheRead: 1 }, plain: { input: 3, output: 5 } });
  const usage = { source: 'reported', raw: {} } as const;

  it('prices fresh and cached input and output by the million', () => {
    expect(priceOf({ ...usage, input: 1e6, cacheRead: 4e5, cacheIncluded: true, output: 1e5 }, 'gpt-4o')).toBeCloseTo(1.2 + 0.4 + 1);
    expect(priceOf({ ...usage, input: 1e6, cacheRead: 4e5, cacheWrite: 1e5, cacheIncluded: true, output: 1e5 }, 'plain')).toBeCloseTo(3.5);
    expect(priceOf({ ...usage, output: 1e5, reasoning: 1e5, reasoningIncluded: false }, 'plain')).toBeCloseTo(1);
  });

  it('knows a model under its dated name, and no other', () => {
    const price = (model: string | undefined) => priceOf({ ...usage, output: 1e6 }, model);
    expect(['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-20240806', 'gpt-4o-0806', 'gpt-4o@001'].map(price)).toEqual([10, 10, 10, 10, 10]);
    expect(['gpt-4o-mini', 'gpt-4o-audio-2024-10-01', 'constructor', undefined].map(price)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('says nothing of usage that says nothing, and refuses what is no price', () => {
    expect(priceOf(usage, 'plain')).toBeUndefined();
    expect(refusal(() => priceList({ m: { input: -1, output: 1 } }))).toBe('a price of m is no amount per million tokens');
  });
});

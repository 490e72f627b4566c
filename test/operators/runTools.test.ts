import fc from 'fast-check';
import { concat, defer, EMPTY, filter, lastValueFrom, map, NEVER, Observable, of, skipWhile, Subject, take, tap, throwError, timer, toArray, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { CompletionError, openAICompatModel, streamOpenAICompletions, type Message, type StreamEvent, type ToolResultMessage } from 'rx-completions';
import { assembleToolCalls, retryCall, stopWhen, stripThink, verifyEvents, type AnyEvent, type ToolCallEvent } from 'rx-completions/operators';
import { accumulateText } from '../../operators/accumulateText.ts';
import { collectMessage } from '../../operators/collectMessage.ts';
import type { LoopEvent, ToolResultEvent, TurnEndEvent } from '../../operators/loop/LoopEvent.ts';
import { runnableTool } from '../../operators/loop/runnableTool.ts';
import type { RunToolsConfig, TurnContext } from '../../operators/loop/RunToolsConfig.ts';
import { runTools } from '../../operators/runTools.ts';
import { operatorContract, scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { z } from 'zod';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';

const question: readonly Message[] = [{ role: 'user', content: 'Go' }];

interface Wanted {
  readonly id?: string;
  readonly name?: string;
  readonly args?: string;
}

/** The fragments of calls, each whole. */
const fragments = (calls: readonly Wanted[]): StreamEvent[] =>
  calls.map(({ id, name = 'echo', args = '{}' }, index) => toolDelta({ index, name, ...(id !== undefined && { id }) }, args));
const calling = (...calls: readonly Wanted[]): StreamEvent[] => [start(), ...fragments(calls), finish('tool_calls'), done('tool_calls')];
const saying = (words: string): StreamEvent[] => [start(), text(words), finish(), done()];

/** Plays one turn after the other, and keeps the messages that each was asked with. */
const model = <E extends AnyEvent = StreamEvent>(...turns: readonly (readonly E[] | Observable<E>)[]) => {
  const asked: (readonly Message[])[] = [];
  const ask = (messages: readonly Message[]): Observable<E> => {
    asked.push(messages);
    const turn = turns[Math.min(asked.length, turns.length) - 1]!;
    return turn instanceof Observable ? turn : of(...turn);
  };
  return { ask, asked };
};

const all = <E>(events: Observable<E>): Promise<E[]> => lastValueFrom(events.pipe(toArray()), { defaultValue: [] });
const last = <E>(events: Observable<E>): Promise<E | undefined> => lastValueFrom(events, { defaultValue: undefined });
const only = <E extends AnyEvent, T extends E['type']>(events: readonly E[], type: T) =>
  events.filter((event): event is Extract<E, { readonly type: T }> => event.type === type);
const failureOf = (events: Observable<unknown>): Promise<unknown> => all(events).then(() => 'whole', (error: unknown) => error);
const resultsIn = (messages: readonly Message[]): ToolResultMessage[] =>
  messages.filter((message): message is ToolResultMessage => message.role === 'tool');

const echo = runnableTool({ name: 'echo', parameters: z.object({ word: z.string().default('none') }) }, ({ word }) => `echo ${word}`);
const run = (ask: (messages: readonly Message[]) => Observable<StreamEvent>, config: Partial<RunToolsConfig> = {}) =>
  runTools(ask, { messages: question, tools: [echo], ...config });

/** What comes out and when, in virtual time. */
const timed = (build: (scheduler: TestScheduler) => Observable<StreamEvent | LoopEvent>): [number, string][] => {
  const seen: [number, string][] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(() => {
    build(scheduler).subscribe({
      next: (event) => seen.push([scheduler.now(), event.type === 'tool_result' ? event.content : event.type]),
      error: (error: unknown) => seen.push([scheduler.now(), String(error)]),
    });
  });
  return seen;
};

afterEach(() => void vi.restoreAllMocks());

describe('runTools', () => {
  it('runs the calls of a turn and asks again with their results', async () => {
    const { ask, asked } = model(calling({ id: 'a', args: '{"word":"hi"}' }, { id: 'b' }), saying('Done'));
    const events = await all(run(ask).pipe(verifyEvents()));
    expect(events.map(({ type }) => type)).toEqual([
      'start', 'tool_call_delta', 'tool_call_delta', 'finish', 'tool_call', 'tool_call', 'tool_result', 'tool_result', 'turn_end',
      'start', 'text_delta', 'finish', 'turn_end', 'done',
    ]);
    expect(asked[1]).toEqual([
      ...question,
      expect.objectContaining({ role: 'assistant', content: only(events, 'tool_call') }),
      { role: 'tool', toolCallId: 'a', toolName: 'echo', content: 'echo hi' },
      { role: 'tool', toolCallId: 'b', toolName: 'echo', content: 'echo none' },
    ]);
    expect(only(events, 'tool_result')[0]).toEqual({
      type: 'tool_result', callId: 'a', id: 'a', name: 'echo', content: 'echo hi', isError: false, durationMs: expect.any(Number) as number,
    });
  });

  it('emits an answer without calls as it is, with its turn before done', async () => {
    const { ask, asked } = model(saying('Hi'));
    const events = await all(run(ask));
    const end: Partial<TurnEndEvent> = {
      type: 'turn_end', turn: 1, message: { role: 'assistant', content: [{ type: 'text', text: 'Hi' }], finishReason: 'stop', rawReason: 'stop' },
    };
    expect(events).toEqual([start(), text('Hi'), finish(), { ...end, messages: [...question, end.message] }, done()]);
    expect(asked).toEqual([question]);
  });

  it('is cold, and takes the messages anew at each subscription', async () => {
    const { ask, asked } = model(calling({}), saying('One'), calling({}), saying('Two'));
    const loop = run(ask);
    expect(asked).toEqual([]);
    expect(await last(loop.pipe(accumulateText()))).toBe('One');
    expect(await last(loop.pipe(accumulateText()))).toBe('Two');
    expect(asked[2]).toEqual(question);
  });

  it('counts attempts through the turns, retries within them included', async () => {
    const retried = [
      start(),
      { type: 'retry', attempt: 2, error: { code: 'connect' }, discarded: true } as unknown as StreamEvent,
      start(2), ...fragments([{}]), finish('tool_calls'), done('tool_calls', 2),
    ];
    const { ask } = model(retried, calling({}), saying('Done'));
    const events = await all(run(ask).pipe(verifyEvents()));
    expect(events.flatMap((event) => ('attempt' in event ? [event.attempt] : []))).toEqual([1, 2, 2, 3, 4]);
    expect(events.at(-1)).toEqual(done('stop', 4));
  });

  it('numbers waste with its attempts', async () => {
    const { ask } = model<StreamEvent | { type: 'waste'; attempt: number }>(calling({}), [start(2), text('a'), { type: 'waste', attempt: 1 }, finish(), done('stop', 2)]);
    const events = await all(runTools(ask, { messages: question, tools: [echo] }));
    expect(only(events, 'waste')).toEqual([{ type: 'waste', attempt: 2 }]);
    expect(events.at(-1)).toEqual(done('stop', 3));
  });

  it('shows the text of the turn at hand to what stands behind it', async () => {
    const first = [start(), text('Let me see'), ...fragments([{}]), finish('tool_calls'), done('tool_calls')];
    const texts = await all(run(model(first, saying('Done')).ask).pipe(accumulateText()));
    expect(texts).toEqual(['Let me see', '', 'Done']);
    expect(await all(run(model(first, saying('Done')).ask).pipe(collectMessage()))).toMatchObject([{ content: [{ text: 'Done' }] }]);
  });

  it('sums usage over the turns', async () => {
    const turn = (events: readonly StreamEvent[], output: number) => [
      ...events.slice(0, -1), usageReport({ prompt_tokens: 10, completion_tokens: output }), ...events.slice(-1),
    ];
    const { ask } = model(turn(calling({}), 3), calling({}), turn(saying('Done'), 4));
    const ends = only(await all(run(ask)), 'turn_end');
    expect(ends.map(({ usage, message }) => [usage?.output, message.usage?.output])).toEqual([[3, 3], [3, undefined], [7, 4]]);
    expect(only(await all(run(model(saying('Hi')).ask)), 'turn_end')[0]).not.toHaveProperty('usage');
  });

  it('sends reasoning and what else the endpoint wants to see back as it came', async () => {
    const details = [{ type: 'reasoning.encrypted', data: 'x' }];
    const thought: StreamEvent = { type: 'reasoning_delta', choice: 0, delta: '', details };
    const signed: StreamEvent = { type: 'tool_call_delta', choice: 0, name: 'echo', delta: '{}', extra: { signature: 's' } };
    const { ask, asked } = model([start(), reasoning('hm'), thought, signed, finish('tool_calls'), done('tool_calls')], saying('Done'));
    await all(run(ask));
    expect(asked[1]?.[1]).toMatchObject({ content: [{ type: 'reasoning', text: 'hm', details }, { type: 'tool_call', extra: { signature: 's' } }] });
  });

  it('tells ask which turn it is, and what tools there are', async () => {
    const { ask } = model(calling({}), calling({}), saying('Done'));
    const contexts: unknown[] = [];
    await all(runTools((messages, context) => (contexts.push(context), ask(messages)), { messages: question, tools: [echo], maxTurns: 3 }));
    expect(contexts).toEqual([{ turn: 1, isLast: false, tools: [echo] }, { turn: 2, isLast: false, tools: [echo] }, { turn: 3, isLast: true, tools: [echo] }]);
  });

  describe('never runs', () => {
    const ran = vi.fn();
    const tools = [runnableTool({ name: 'echo', parameters: z.object({ word: z.string().optional() }) }, (input) => void ran(input))];
    afterEach(() => ran.mockClear());

    it.each([
      ['arguments that do not fit', { args: '{"word":1}' }, "error: the arguments do not fit the tool's schema: `word`: expected string"],
      ['arguments that are no JSON', { args: '{"wor' }, 'error: the arguments are not valid JSON'],
      ['a tool that was not offered', { name: 'rm' }, 'error: no tool of this name was offered'],
      ['a tool called like what every object has', { name: 'constructor' }, 'error: no tool of this name was offered'],
    ] as const)('%s, and tells the model, who mends it', async (_name, call: Wanted, content) => {
      const { ask, asked } = model(calling({ id: 'bad', ...call }), calling({ id: 'good' }), saying('Done'));
      const events = await all(run(ask, { tools }));
      expect(only(events, 'tool_result').map(({ callId, isError }) => [callId, isError])).toEqual([['bad', true], ['good', false]]);
      expect(resultsIn(asked[1]!)).toEqual([{ role: 'tool', toolCallId: 'bad', toolName: call.name ?? 'echo', content, isError: true }]);
      expect(ran).toHaveBeenCalledTimes(1);
    });

    it.each([
      ['{bad', '{}'],
      ['[1]', '{}'],
      ['"{}"', '{}'],
      ['{"word":1}', '{"word":1}'],
      [`{"a":${'['.repeat(300)}${']'.repeat(300)}}`, '{}'],
    ])('arguments %s, and sends back %s', async (args, sent) => {
      const { ask, asked } = model(calling({ id: 'a', args }, { id: 'b', args: '{ "word": "hi" }' }), saying('Done'));
      const events = await all(run(ask, { tools }));
      const [end] = only(events, 'turn_end');
      for (const messages of [asked[1], end?.messages])
        expect(messages?.[1]).toMatchObject({ content: [{ id: 'a', args: sent, complete: true }, { id: 'b', args: '{ "word": "hi" }' }] });
      expect(end?.message.content).toMatchObject([{ args }, {}]);
      expect(resultsIn(asked[1]!)[0]).toMatchObject({ toolCallId: 'a', content: expect.stringMatching(/^error: the arguments/) as string, isError: true });
    });

    it.each(['length', 'content_filter'] as const)('T-TC-13: a call of an answer cut by %s, which ends the loop', async (reason) => {
      const { ask, asked } = model([start(), text('I will'), ...fragments([{ args: '{}' }, { args: '{"wo' }]), finish(reason), done(reason)]);
      const events = await all(run(ask, { tools }).pipe(verifyEvents()));
      expect(events.at(-1)).toEqual(done(reason));
      expect(only(events, 'tool_result')).toEqual([]);
      const [end] = only(events, 'turn_end');
      expect(end?.message.content).toHaveLength(3);
      expect(end?.messages.at(-1)).toMatchObject({ role: 'assistant', content: [{ type: 'text', text: 'I will' }] });
      expect([ran.mock.calls, asked.length]).toEqual([[], 1]);
    });

    it('T-TC-13: a call of an answer that was stopped within its calls, not even one that seems whole', async () => {
      const { ask, asked } = model(calling({ id: 'a', args: '{}' }, { id: 'b', args: '{}' }), saying('Done'));
      const events = await all(run((messages) => ask(messages).pipe(stopWhen((event) => 'id' in event && event.id === 'b')), { tools }));
      expect(events.at(-1)).toEqual(done('length'));
      expect([ran.mock.calls, asked.length]).toEqual([[], 1]);
    });

    it('leaves out of the conversation a message of nothing but cut calls', async () => {
      const { ask } = model([start(), ...fragments([{}]), finish('length'), done('length')]);
      expect(only(await all(run(ask, { tools })), 'turn_end')[0]?.messages).toEqual(question);
    });

    it('T-TC-11, fault 91: a call whose beginning parses, or whose answer is not over', () => {
      const turn = new Subject<StreamEvent>();
      const events: string[] = [];
      run(() => turn, { tools }).subscribe(({ type }) => events.push(type));
      for (const event of [start(), toolDelta({ index: 0, name: 'echo' }, '{}'), toolDelta({ index: 1, name: 'echo' }, '{}'), finish('tool_calls')]) turn.next(event);
      turn.next(toolDelta({ index: 0 }, ' '));
      turn.next(done('tool_calls'));
      expect(ran).not.toHaveBeenCalled();
      turn.complete();
      expect(ran).toHaveBeenCalledTimes(2);
    });

    it('T-TC-19: a call twice, however often its answer ends', async () => {
      const twice = [...calling({ id: 'a' }).slice(0, -1), finish('tool_calls'), finish('stop'), done('tool_calls'), done('tool_calls')];
      const events = await all(run(model(twice, saying('Done')).ask, { tools }));
      expect(ran).toHaveBeenCalledTimes(1);
      expect([only(events, 'done').length, only(events, 'tool_call').length]).toEqual([1, 1]);
    });

    it('a call of an attempt that was given up', async () => {
      const twice = [...calling({ id: 'a' }).slice(0, 3), start(2), ...fragments([{ id: 'b', args: '{"word":"b"}' }]), finish('tool_calls'), done('tool_calls', 2)];
      await all(run(model(twice, saying('Done')).ask, { tools }));
      expect(ran.mock.calls).toEqual([[{ word: 'b' }]]);
    });

    it('a call of an answer that fails, or stops without done', async () => {
      const cut = calling({ id: 'a' }).slice(0, -1);
      expect(await failureOf(run(model(concat(of(...cut), throwError(() => new CompletionError('truncated')))).ask, { tools }))).toMatchObject({ code: 'truncated' });
      expect(only(await all(run(model(cut).ask, { tools })), 'turn_end')).toEqual([]);
      expect(ran).not.toHaveBeenCalled();
    });

    it('a call that an assembleToolCalls of the caller has let pass unchecked', async () => {
      const { ask, asked } = model(calling({ args: '{"word":1}' }), saying('Done'));
      const events = await all(runTools((messages) => ask(messages).pipe(assembleToolCalls()), { messages: question, tools }));
      expect(only(events, 'tool_call')).toMatchObject([{ inputError: { message: expect.stringContaining('schema') as string } }]);
      expect(resultsIn(asked[1]!)).toMatchObject([{ isError: true }]);
      expect(ran).not.toHaveBeenCalled();
    });
  });

  it('adds no call that the caller has assembled already', async () => {
    const { ask } = model(calling({ args: '{"word":"hi"}' }), saying('Done'));
    const events = await all(runTools((messages) => ask(messages).pipe(assembleToolCalls({ tools: [echo] })), { messages: question, tools: [echo] }));
    expect(only(events, 'tool_call')).toHaveLength(1);
    expect(only(events, 'tool_result')).toMatchObject([{ content: 'echo hi' }]);
  });

  it('reads assembled calls as they are: by attempt, by choice, and answered under the id of the endpoint', async () => {
    const assembled = (choice: number, id: string): ToolCallEvent => ({
      type: 'tool_call', choice, index: 0, id, callId: `${id}_0`, name: 'echo', args: '{}', input: {}, complete: true,
    });
    const { ask, asked } = model(
      [start(), assembled(0, 'void'), start(2), ...fragments([{ id: 'a' }]), assembled(1, 'other'), finish('tool_calls'), done('tool_calls', 2)],
      [start(), assembled(0, 'b'), finish('tool_calls'), done('tool_calls')],
      saying('Done'),
    );
    const events = await all(runTools(ask, { messages: question, tools: [echo] }));
    expect(only(events, 'tool_call').map(({ callId }) => callId)).toEqual(['void_0', 'other_0', 'a', 'b_0']);
    expect(resultsIn(asked[2]!).map(({ toolCallId }) => toolCallId)).toEqual(['a', 'b']);
  });

  it('keeps to the messages it was given, whatever becomes of their list', async () => {
    const messages = [...question];
    const { ask, asked } = model(calling({}), saying('Done'));
    await all(run(ask, { messages }).pipe(tap(({ type }) => type === 'tool_call' && messages.push(...question))));
    expect(asked[1]?.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
  });

  it('leaves a call of a tool without a handler to the caller, and runs the others', async () => {
    const { ask, asked } = model(calling({ id: 'a', name: 'ask_user' }, { id: 'b' }));
    const events = await all(run(ask, { tools: [{ name: 'ask_user' }, echo], maxTurns: 1 }));
    expect(only(events, 'tool_result').map(({ callId }) => callId)).toEqual(['b']);
    expect(only(events, 'turn_end')[0]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    expect([events.at(-1), asked.length]).toEqual([done('tool_calls'), 1]);
  });

  describe('a handler', () => {
    const resultsOf = async (result: () => unknown, config: Partial<RunToolsConfig> = {}) =>
      only(await all(run(model(calling({}), saying('Done')).ask, { tools: [runnableTool({ name: 'echo' }, result)], ...config })), 'tool_result');

    it.each([
      ['text', () => 'a', 'a'],
      ['an object', () => ({ a: [1] }), '{"a":[1]}'],
      ['a list, which is one value', () => [1, 2], '[1,2]'],
      ['nothing', () => undefined, 'null'],
      ['a Promise', () => Promise.resolve(7), '7'],
      ['an Observable, whose last value counts', () => of('first', 'last'), 'last'],
      ['an Observable of nothing', () => EMPTY, 'null'],
    ])('may give %s', async (_name, result, content) => {
      expect(await resultsOf(result)).toMatchObject([{ content, isError: false }]);
    });

    it.each([
      ['throws', () => { throw new Error('no such city'); }, 'error: no such city'],
      ['rejects', () => Promise.reject(new Error('no such city')), 'error: no such city'],
      ['fails with something else', () => of('odd').pipe(tap((odd) => { throw odd as unknown as Error; })), 'error: odd'],
      ['gives what is no JSON', () => 1n, 'error: Do not know how to serialize a BigInt'],
      ['throws nothing', () => { throw undefined as unknown as Error; }, 'error: undefined'],
      ['throws an error of another realm', () => { throw { message: 'no such city' } as Error; }, 'error: no such city'],
      ['throws what is no text', () => { throw Object.create(null) as Error; }, 'error: the tool failed'],
      ['throws words that are none', () => { throw Object.assign(new Error(), { message: { a: 1 } }); }, 'error: the tool failed'],
      ['throws words that throw', () => { throw { get message() { throw new Error('x'); } } as unknown as Error; }, 'error: the tool failed'],
      ['throws without a word', () => { throw new Error(''); }, 'error: the tool failed'],
      ['tells a key', () => { throw new Error('401 for sk-abcdefgh12345'); }, 'error: 401 for ***'],
    ])('that %s makes a result of its error', async (_name, result, content) => {
      expect(await resultsOf(result)).toMatchObject([{ content, isError: true }]);
    });

    it('may end the loop, or have its error worded', async () => {
      const broken = new Error('broken');
      const fail = () => throwError(() => broken);
      expect(await resultsOf(fail, { onToolError: 'fail' }).catch((error: unknown) => error)).toBe(broken);
      const words = (error: unknown, { name }: ToolCallEvent) => `${name}: ${(error as Error).message}`;
      expect(await resultsOf(fail, { onToolError: words })).toMatchObject([{ content: 'echo: broken', isError: true }]);
      const bug = new Error('bug');
      expect(await resultsOf(fail, { onToolError: () => { throw bug; } }).catch((error: unknown) => error)).toBe(bug);
    });

    it('gets what the schema makes of the arguments, a signal and the id', async () => {
      const handler = vi.fn<(input: { at: number }, context: unknown) => string>(() => 'ok');
      const tool = runnableTool({ name: 'echo', parameters: z.object({ at: z.string().transform(Number) }) }, handler);
      await all(run(model(calling({ id: 'a', args: '{"at":"7"}' }), saying('Done')).ask, { tools: [tool] }));
      expect(handler.mock.calls).toEqual([[{ at: 7 }, { signal: expect.any(AbortSignal) as AbortSignal, callId: 'a' }]]);
    });

    it('is given up when its time is over, and the model is told', () => {
      let signal: AbortSignal | undefined;
      const tools = [
        runnableTool({ name: 'slow' }, (_, context) => ((signal = context.signal), NEVER)),
        runnableTool({ name: 'quick' }, () => of('quick')),
      ];
      const { ask } = model(calling({ name: 'slow' }, { name: 'quick' }), saying('Done'));
      const seen = timed((scheduler) => run(ask, { tools, timeoutMs: 50, scheduler }));
      expect(seen.slice(6)).toEqual([
        [0, 'quick'], [50, 'error: the tool did not answer within 50 ms'], [50, 'turn_end'],
        [50, 'start'], [50, 'text_delta'], [50, 'finish'], [50, 'turn_end'], [50, 'done'],
      ]);
      expect(signal?.aborted).toBe(true);
    });

    it('keeps to the clock that it is given', () => {
      const scheduler = new VirtualTimeScheduler();
      const contents: string[] = [];
      run(model(calling({}), saying('Done')).ask, { tools: [runnableTool({ name: 'echo' }, () => NEVER)], timeoutMs: 9, scheduler }).subscribe(
        (event) => event.type === 'tool_result' && contents.push(`${event.content}, ${event.durationMs}`),
      );
      scheduler.flush();
      expect(contents).toEqual(['error: the tool did not answer within 9 ms, 9']);
    });

    it('that has ended is not aborted afterwards, and its timer is gone', async () => {
      let signal: AbortSignal | undefined;
      const set = vi.spyOn(globalThis, 'setInterval');
      const clear = vi.spyOn(globalThis, 'clearInterval');
      await all(run(model(calling({}), saying('Done')).ask, { tools: [runnableTool({ name: 'echo' }, (_, context) => ((signal = context.signal), 'ok'))] }));
      expect(signal?.aborted).toBe(false);
      expect(clear.mock.calls.map(([timer]) => timer)).toEqual(expect.arrayContaining(set.mock.results.map(({ value }) => value as unknown)));
    });

    it('is aborted when nobody listens any more, and what it does then is unheard', () => {
      let signal: AbortSignal | undefined;
      const { ask, asked } = model(calling({}), saying('Done'));
      const result = new Subject<string>();
      const subscription = run(ask, { tools: [runnableTool({ name: 'echo' }, (_, context) => ((signal = context.signal), result))] }).subscribe();
      expect([signal?.aborted, result.observed]).toEqual([false, true]);
      subscription.unsubscribe();
      expect([signal?.aborted, result.observed, asked.length]).toEqual([true, false, 1]);
    });

    it('is one of 16 at most that run at the same time', () => {
      const tools = [runnableTool({ name: 'echo' }, () => timer(10))];
      const seen = timed((scheduler) => run(model(calling(...Array.from({ length: 40 }, () => ({}))), saying('Done')).ask, { tools, scheduler }));
      const ends = seen.filter(([, what]) => what === '0').map(([at]) => at);
      expect([10, 20, 30, 40].map((at) => ends.filter((end) => end === at).length)).toEqual([16, 16, 8, 0]);
    });

    it('runs beside the others, as many as allowed, and tells how long it took', () => {
      const tools = [runnableTool({ name: 'wait', parameters: z.object({ ms: z.number() }) }, ({ ms }) => timer(ms).pipe(map(() => `waited ${ms}`)))];
      const turns = () => model(calling(...[30, 10, 20].map((ms) => ({ name: 'wait', args: JSON.stringify({ ms }) }))), saying('Done'));
      const waits = (config: Partial<RunToolsConfig>) =>
        timed((scheduler) => run(turns().ask, { tools, scheduler, ...config })).filter(([, what]) => what.startsWith('waited'));
      expect(waits({})).toEqual([[10, 'waited 10'], [20, 'waited 20'], [30, 'waited 30']]);
      expect(waits({ concurrency: 2 })).toEqual([[10, 'waited 10'], [30, 'waited 30'], [30, 'waited 20']]);
      expect(waits({ concurrency: 1 })).toEqual([[30, 'waited 30'], [40, 'waited 10'], [60, 'waited 20']]);
      const durations: number[] = [];
      timed((scheduler) => run(turns().ask, { tools, scheduler, concurrency: 1 }).pipe(tap((event) => event.type === 'tool_result' && durations.push(event.durationMs))));
      expect(durations).toEqual([30, 10, 20]);
    });
  });

  describe('asks for approval', () => {
    it.each([
      ['true', () => true, 'echo none'],
      ['a Promise of true', () => Promise.resolve(true), 'echo none'],
      ['an Observable of true, whose first value counts', () => of(true, false), 'echo none'],
      ['false', () => false, 'error: the call was refused'],
      ['words', () => of('not on Sundays'), 'error: the call was refused: not on Sundays'],
      ['nothing', () => EMPTY, 'error: the call was refused'],
      ['something else', () => 1 as unknown as boolean, 'error: the call was refused'],
    ])('and takes %s for what it is', async (_name, approve, content) => {
      const { ask, asked } = model(calling({}), saying('Done'));
      await all(run(ask, { approve }));
      expect(resultsIn(asked[1]!)[0]?.content).toBe(content);
    });

    it('of valid calls only, before the clock of the call starts', () => {
      const { ask } = model(calling({ id: 'a' }, { id: 'b', args: '{' }), saying('Done'));
      const approve = vi.fn<(call: ToolCallEvent) => Observable<boolean>>(() => timer(1000).pipe(map(() => true)));
      const seen = timed((scheduler) => run(ask, { approve, timeoutMs: 10, scheduler }));
      expect(approve.mock.calls.map(([{ callId }]) => callId)).toEqual(['a']);
      expect(seen).toContainEqual([1000, 'echo none']);
    });

    it('and runs nothing when that fails', async () => {
      const broken = new Error('broken');
      const handler = vi.fn();
      const loop = run(model(calling({})).ask, { tools: [runnableTool({ name: 'echo' }, handler)], approve: () => { throw broken; } });
      expect(await failureOf(loop)).toBe(broken);
      expect(handler).not.toHaveBeenCalled();
    });
  });

  describe('ends', () => {
    it('with a budget error when the model does not, and leaves the last calls alone', async () => {
      const handler = vi.fn(() => 'ok');
      const { ask, asked } = model(calling({}));
      const error = await failureOf(run(ask, { tools: [runnableTool({ name: 'echo' }, handler)], maxTurns: 3 }).pipe(collectMessage()));
      expect(error).toMatchObject({ code: 'budget', message: 'the model still calls tools after 3 turns', retryable: false, committed: true });
      expect((error as CompletionError).partial).toMatchObject({ role: 'assistant', content: [{ type: 'tool_call' }] });
      expect([handler.mock.calls.length, asked.length]).toEqual([2, 3]);
    });

    it('after 8 turns by default', async () => {
      const { ask, asked } = model(calling({}));
      expect(await failureOf(run(ask))).toMatchObject({ code: 'budget' });
      expect(asked).toHaveLength(8);
    });

    it('with what a call fails with, so that nobody begins it all again', async () => {
      const failing = throwError(() => new CompletionError('connect'));
      expect(await failureOf(run(model(failing).ask))).toMatchObject({ code: 'connect', committed: false });
      const { ask, asked } = model(calling({}), failing);
      expect(await failureOf(run(ask).pipe(retryCall({ baseDelayMs: 0 })))).toMatchObject({ code: 'connect', committed: true });
      expect(asked).toHaveLength(2);
      expect(await failureOf(run(model(calling({}), failing).ask))).toMatchObject({ code: 'connect', committed: true });
      const bug = new Error('bug');
      expect(await failureOf(run(model(calling({}), throwError(() => bug)).ask))).toBe(bug);
      expect(await failureOf(run(() => { throw bug; }))).toBe(bug);
    });

    it.each<[string, Partial<RunToolsConfig>]>([
      ['its handler', { onToolError: 'fail', tools: [runnableTool({ name: 'echo' }, () => { throw new CompletionError('connection_lost'); })] }],
      ['approve', { approve: () => { throw new CompletionError('connection_lost'); } }],
    ])('with what %s fails with in the first turn, so that nobody runs it again', async (_name, config) => {
      const { ask, asked } = model(calling({}), saying('Done'));
      expect(await failureOf(run(ask, config).pipe(retryCall({ baseDelayMs: 0 })))).toMatchObject({ code: 'connection_lost', committed: true });
      expect(asked).toHaveLength(1);
      expect(await failureOf(run(model(calling({})).ask, config))).toMatchObject({ code: 'connection_lost', committed: true });
    });

    it('with what the first turn fails with, which says whether any of it had been seen', async () => {
      const failing = (...events: StreamEvent[]) => failureOf(run(() => concat(of(...events), throwError(() => new CompletionError('connection_lost')))));
      expect(await failing(start())).toMatchObject({ committed: false });
      expect(await failing(start(), text('a'))).toMatchObject({ committed: true });
    });

    it('at once when unsubscribed within an event, wherever that is', () => {
      const whole = 14;
      for (let count = 1; count < whole; count += 1) {
        const handler = vi.fn(() => 'ok');
        const { ask } = model(calling({}, {}), saying('Done'));
        const seen: string[] = [];
        run(ask, { tools: [runnableTool({ name: 'echo' }, handler)] }).pipe(take(count)).subscribe(({ type }) => seen.push(type));
        expect(seen).toHaveLength(count);
        expect(handler).toHaveBeenCalledTimes(count < 7 ? 0 : count < 8 ? 1 : 2);
      }
    });
  });

  it('holds the memory and the stack of one turn, however many there are', async () => {
    const { ask, asked } = model(...Array.from({ length: 4000 }, () => calling({})), saying('Done'));
    expect(await last(run(ask, { maxTurns: 5000 }).pipe(accumulateText()))).toBe('Done');
    expect(asked).toHaveLength(4001);
  });

  it('law: each whole valid call runs exactly once, and results go back in the order of the calls', () => {
    const call = fc.record({
      id: fc.option(fc.constantFrom('a', 'b', 'c', ''), { nil: undefined }),
      kind: fc.constantFrom('good', 'bad', 'unknown', 'failing'),
      ms: fc.nat(20),
    });
    const turns = fc.array(fc.array(call, { minLength: 1, maxLength: 5 }), { maxLength: 4 });
    fc.assert(
      fc.property(turns, fc.integer({ min: 1, max: 4 }), (script, concurrency) => {
        const started: string[] = [];
        const tools = [
          runnableTool({ name: 'good', parameters: z.object({ key: z.string(), ms: z.number() }) }, ({ key, ms }) => {
            started.push(key);
            return timer(ms).pipe(map(() => key));
          }),
          runnableTool({ name: 'failing', parameters: z.object({ key: z.string() }) }, ({ key }) => {
            started.push(key);
            throw new Error(key);
          }),
        ];
        const wanted = script.map((calls, turn) =>
          calls.map(({ id, kind, ms }, at) => ({
            ...(id !== undefined && { id: id && `${id}${at}` }),
            name: kind === 'bad' ? 'good' : kind,
            args: kind === 'bad' ? '{"key":' : JSON.stringify({ key: `${turn}.${at}`, ms }),
          })),
        );
        const { ask, asked } = model(...wanted.map((calls) => calling(...calls)), saying('Done'));
        const events: (StreamEvent | LoopEvent)[] = [];
        const scheduler = new TestScheduler(() => undefined);
        scheduler.run(() =>
          void runTools(ask, { messages: question, tools, concurrency, scheduler }).pipe(verifyEvents()).subscribe((event) => events.push(event)),
        );
        const runnable = script.flatMap((calls, turn) =>
          calls.flatMap(({ kind }, at) => (kind === 'good' || kind === 'failing' ? [`${turn}.${at}`] : [])),
        );
        expect(started).toEqual(runnable);
        expect(events.at(-1)).toEqual(done('stop', script.length + 1));
        const contents = script.flatMap((calls, turn) =>
          calls.map(({ kind }, at) =>
            kind === 'good' ? `${turn}.${at}` : kind === 'failing' ? `error: ${turn}.${at}` : expect.stringMatching(/^error: (the arg|no tool)/) as string,
          ),
        );
        const replies = resultsIn(asked.at(-1)!);
        expect(replies.map(({ content }) => content)).toEqual(contents);
        const calls = only(events, 'tool_call');
        expect(replies.map(({ toolCallId }) => toolCallId)).toEqual(calls.map(({ id, callId }) => id ?? callId));
      }),
    );
  });

  describe('refuses', () => {
    const refusal = (make: () => unknown): unknown => {
      try {
        return make();
      } catch (error) {
        return (error as CompletionError).message;
      }
    };
    it.each([
      ['two tools of one name', { tools: [echo, { name: 'echo' }] }, 'two tools of `runTools` are called echo'],
      ['a name it does not know', { maxSteps: 3 }, '`maxSteps` is not known to `runTools`'],
      ['no turn at all', { maxTurns: 0 }, '`maxTurns` of `runTools` must be a number of at least 1'],
      ['no room to run', { concurrency: 0 }, '`concurrency` of `runTools` must be a number of at least 1'],
      ['messages that are none', { messages: 'Hi' as never }, '`messages` of `runTools` must be an array'],
      ['tools that are none', { tools: echo as never }, '`tools` of `runTools` must be an array'],
    ])('%s', (_name, config, message) => {
      expect(refusal(() => run(() => EMPTY, config as Partial<RunToolsConfig>))).toBe(message);
    });

    it('a call in place of a function that makes one', () => {
      expect(refusal(() => run(EMPTY as never))).toBe('`runTools` takes a function that makes a call of messages');
    });
  });

  describe('as an operator, of a turn without calls of its own', () => {
    const build = () => (source: Observable<StreamEvent>) => run(() => source, { tools: [{ name: 'weather' }, { name: 'now' }] });
    it.each(operatorContract(build).map(({ name, run: law }) => [name, law] as const))('%s', (_name, law) => law());
  });

  it('types calls, inputs and events', () => {
    const clock = runnableTool({ name: 'clock', parameters: z.object({ zone: z.string().default('UTC') }) }, ({ zone }, { signal, callId }) => {
      expectTypeOf(zone).toEqualTypeOf<string>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(callId).toEqualTypeOf<string>();
      return zone.length;
    });
    expectTypeOf(clock.name).toEqualTypeOf<'clock'>();
    const local = openAICompatModel({ provider: 'test', id: 'm', baseUrl: 'http://localhost:1/v1' });
    const ask = (messages: readonly Message[], { tools }: TurnContext<readonly (typeof clock | typeof echo)[]>) => streamOpenAICompletions(local, { messages, tools });
    void runTools(ask, { messages: question, tools: [clock, echo] });
    void runTools((messages, { tools }) => {
      expectTypeOf(tools[0]).toEqualTypeOf<typeof clock>();
      return streamOpenAICompletions(local, { messages, tools });
    }, { messages: question, tools: [clock, echo], approve: ({ name }) => name === 'clock' });
    const loop = runTools(() => of<StreamEvent>(start()).pipe(stripThink()), {
      messages: question,
      tools: [clock, echo, { name: 'plain', run: (input: Record<string, unknown>) => Object.keys(input) }],
      approve: (call) => {
        if (call.name === 'clock') expectTypeOf(call.input).toEqualTypeOf<{ zone: string }>();
        return call.name !== 'plain';
      },
    });
    type Emitted = typeof loop extends Observable<infer E> ? E : never;
    expect(loop).toBeInstanceOf(Observable);
    expectTypeOf<Extract<Emitted, { type: 'tool_result' }>>().toEqualTypeOf<ToolResultEvent>();
    expectTypeOf<Extract<Emitted, { type: 'tool_call'; name: 'clock'; inputError?: undefined }>['input']>().toEqualTypeOf<{ zone: string }>();
    expectTypeOf<Extract<Emitted, { type: 'turn_end' }>['messages']>().toEqualTypeOf<readonly Message[]>();
    // @ts-expect-error the schema makes a number of it
    runnableTool({ name: 'n', parameters: z.object({ n: z.string().transform(Number) }) }, ({ n }: { n: string }) => n);
  });

  it('works over sockets, and closes the one of the turn at hand', async () => {
    await using endpoint = await scriptedEndpoint([
      scriptOfAnswer('One moment.', { toolCalls: [{ id: 'c1', name: 'echo', args: { word: 'hi' } }] }),
      scriptOfAnswer('It said hi, and more than that'),
    ]);
    const local = openAICompatModel({ provider: 'test', id: 'm', baseUrl: endpoint.baseUrl });
    const ask = (messages: readonly Message[]) => defer(() => streamOpenAICompletions(local, { messages, tools: [echo] }));
    const ofSecond = run(ask).pipe(skipWhile(({ type }) => type !== 'turn_end'), filter(({ type }) => type === 'text_delta'));
    expect(await last(ofSecond.pipe(take(1)))).toMatchObject({ type: 'text_delta' });
    await endpoint.closed();
    const body = endpoint.requests[1]?.json() as { messages: unknown[]; tools: unknown[] };
    expect(body.messages.at(-1)).toEqual({ role: 'tool', tool_call_id: 'c1', content: 'echo hi' });
    expect(JSON.stringify(body.tools)).not.toContain('run');
  });
});

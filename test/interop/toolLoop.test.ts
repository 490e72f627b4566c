import { streamOpenAICompletions, type CallOptions, type Message, type StreamEvent, type Tool } from 'rx-completions';
import { accumulateText, runnableTool, runTools, verifyEvents, type LoopEvent, type LoopTool } from 'rx-completions/operators';
import type { Observable } from 'rxjs';
import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { describeServer, eventsOf, failureOf, hello, modelAt, noThought, only, remembering, urlOf } from './support.ts';

const parameters = z.object({ city: z.enum(['Bern', 'Paris']), days: z.int().min(1).max(9) });
type Asked = z.infer<typeof parameters>;
const weather = { name: 'weather', description: 'The weather of the next days', parameters } as const;

/** A model without a choice says the same each time. */
const plainly: CallOptions = { temperature: 0, seed: 1, maxTokens: 400 };
const required: CallOptions = { ...plainly, toolChoice: 'required', extraBody: noThought };
const talking: CallOptions = { ...plainly, toolChoice: 'none', extraBody: noThought };

/** The tool, and what it was asked. */
const observedWeather = () => {
  const asked: Asked[] = [];
  const tool = runnableTool(weather, (input) => {
    expectTypeOf(input).toEqualTypeOf<Asked>();
    asked.push(input);
    return { city: input.city, degrees: 20 + input.days };
  });
  return { asked, tools: [tool] as const };
};

/** A loop whose calls are remembered, and which has its first call made one way and all others another. */
const loopOf = <const Tools extends readonly (Tool & LoopTool)[]>(
  tools: Tools,
  { first = required, then = talking, ...config }: { first?: CallOptions; then?: CallOptions; maxTurns?: number } = {},
) => {
  const memory = remembering();
  const ask = (messages: readonly Message[], { turn }: { turn: number }): Observable<StreamEvent> => {
    const options = { ...(turn === 1 ? first : then), dispatcher: memory.dispatcher };
    return streamOpenAICompletions(modelAt(urlOf('plain')), { messages, tools }, options);
  };
  return { ...memory, events: runTools(ask, { messages: hello.messages, tools, ...config }) };
};

/** What each turn came to, in the words in which the server puts it when it does not stream. */
const turnsOf = (events: readonly (StreamEvent | LoopEvent)[]) =>
  only(events, 'turn_end').map(({ message }) => ({
    text: message.content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    calls: message.content.flatMap((part) => (part.type === 'tool_call' ? [{ name: part.name, arguments: part.args }] : [])),
    finish: message.rawReason,
    usage: [message.usage?.input, message.usage?.output, message.usage?.total],
  }));

const unstreamed = async ({ bodies, wholeAnswer }: ReturnType<typeof remembering>) =>
  Promise.all(
    bodies.map(async (_, call) => {
      const { choices, usage } = await wholeAnswer(call);
      const [{ message, finish_reason: finish } = { message: { content: null }, finish_reason: '' }] = choices;
      return {
        text: message.content ?? '',
        calls: (message.tool_calls ?? []).map(({ function: called }) => called),
        finish,
        usage: [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens],
      };
    }),
  );

describeServer('a tool loop with a real server', () => {
  it('runs the call, tells the result, and ends with an answer; each turn says what it says unstreamed', async () => {
    const { asked, tools } = observedWeather();
    const loop = loopOf(tools);
    const events = await eventsOf(loop.events.pipe(verifyEvents()));

    const turns = turnsOf(events);
    expect(turns).toEqual(await unstreamed(loop));
    expect(turns.map(({ calls, finish }) => [calls.length, finish])).toEqual([
      [1, 'tool_calls'],
      [0, 'stop'],
    ]);
    expect(turns[1]?.text).toMatch(/\p{L}/u);
    expect(asked).toEqual([JSON.parse(turns[0]?.calls[0]?.arguments ?? '')]);

    const [result] = only(events, 'tool_result');
    const told = JSON.stringify({ city: asked[0]?.city, degrees: 20 + (asked[0]?.days ?? 0) });
    expect(result).toMatchObject({ name: 'weather', isError: false, content: told });
    expect(only(events, 'tool_call')).toMatchObject([{ callId: result?.callId, input: asked[0], complete: true }]);
    expect(only(events, 'done')).toEqual([{ type: 'done', reason: 'stop', attempts: 2 }]);
    expect(only(events, 'start').map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(only(events, 'warning')).toEqual([]);
  });

  it('asks again with the call as the server named it, and its result under the same id', async () => {
    const { tools } = observedWeather();
    const { events, bodyOf } = loopOf(tools);
    const seen = await eventsOf(events);
    const [call] = only(seen, 'tool_call');
    expect(call?.id).toBeTruthy();
    const text = turnsOf(seen)[0]?.text;
    expect(bodyOf(1).messages).toEqual([
      { role: 'user', content: 'Hello' },
      {
        role: 'assistant',
        content: text,
        tool_calls: [{ id: call?.id, type: 'function', function: { name: 'weather', arguments: call?.args } }],
      },
      { role: 'tool', tool_call_id: call?.id, content: only(seen, 'tool_result')[0]?.content },
    ]);
    const { messages = [] } = only(seen, 'turn_end').at(-1) ?? {};
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  });

  it('adds up what its turns used', async () => {
    const loop = loopOf(observedWeather().tools);
    const ends = only(await eventsOf(loop.events), 'turn_end');
    const used = (await unstreamed(loop)).map(({ usage: [, , total = 0] }) => total);
    expect(ends.map(({ usage }) => usage?.total)).toEqual([used[0], (used[0] ?? 0) + (used[1] ?? 0)]);
  });

  it('shows the text of the turn at hand', async () => {
    const { tools } = observedWeather();
    const { events } = loopOf(tools);
    const texts = await eventsOf(events.pipe(accumulateText()));
    const [first, second] = turnsOf(await eventsOf(loopOf(tools).events)).map(({ text }) => text);
    const voided = texts.indexOf('');
    expect([texts[voided - 1], texts.at(-1)]).toEqual([first, second]);
  });

  it('runs each of several calls, and tells their results in the order of the calls', async () => {
    // How many calls it makes is the seed's affair, mostly more than one.
    const most = { ...noThought, logit_bias: [['<tool_call>', 18]] };
    let calls = 0;
    for (let seed = 1; calls < 2 && seed < 9; seed += 1) {
      const { asked, tools } = observedWeather();
      const loop = loopOf(tools, { first: { seed, maxTokens: 500, extraBody: most } });
      const events = await eventsOf(loop.events.pipe(verifyEvents()));
      const turns = turnsOf(events);
      calls = turns[0]?.calls.length ?? 0;
      if (calls < 2 || turns[0]?.finish !== 'tool_calls') continue;
      expect(turns).toEqual(await unstreamed(loop));
      expect(asked).toEqual(turns[0].calls.map((call) => JSON.parse(call.arguments) as unknown));
      const ids = only(events, 'tool_call').map(({ id }) => id);
      const answered = loop.bodyOf(1).messages.filter(({ role }) => role === 'tool');
      expect(answered.map((message) => message['tool_call_id'])).toEqual(ids);
      expect(answered.map(({ content }) => (JSON.parse(String(content)) as { degrees: number }).degrees)).toEqual(asked.map(({ days }) => 20 + days));
    }
    expect(calls).toBeGreaterThan(1);
  });

  it('tells the model what does not fit, and runs nothing', async () => {
    // What a schema cannot say in JSON, the server cannot hold its model to.
    const never = z.object({ ...parameters.shape, days: parameters.shape.days.refine(() => false, 'too far away') });
    let runs = 0;
    const tool = runnableTool({ ...weather, parameters: never }, () => (runs += 1));
    const { events, bodyOf } = loopOf([tool]);
    const seen = await eventsOf(events);
    expect(runs).toBe(0);
    expect(only(seen, 'tool_result')).toMatchObject([{ isError: true, content: expect.stringMatching(/^error: /) as string }]);
    expect(bodyOf(1).messages.at(-1)).toMatchObject({ role: 'tool', content: only(seen, 'tool_result')[0]?.content });
    expect(turnsOf(seen).at(-1)).toMatchObject({ text: expect.stringMatching(/\p{L}/u) as string, calls: [] });
    expect(only(seen, 'done')).toMatchObject([{ reason: 'stop' }]);
  });

  it('that never comes to an end is ended', async () => {
    const { asked, tools } = observedWeather();
    const { events, bodies } = loopOf(tools, { then: required, maxTurns: 3 });
    const error = await failureOf(events);
    expect(error).toMatchObject({ code: 'budget', committed: true, partial: { role: 'assistant', rawReason: 'tool_calls' } });
    expect([bodies.length, asked.length]).toEqual([3, 2]);
  });
});

import { defineTool, streamOpenAICompletions, type AssistantPart, type Context, type Message } from 'rx-completions';
import { assembleToolCalls, normalizeUsage, type EventOperator, type ToolCallEvent } from 'rx-completions/operators';
import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { describeServer, eventsOf, hello, modelAt, noThought, only, textOf, urlOf } from './support.ts';

const weather = defineTool({
  name: 'weather',
  description: 'The weather of the next days',
  parameters: z.object({ city: z.enum(['Bern', 'Paris']), days: z.int().min(1).max(9) }),
});
const tools = [weather] as const;
const context: Context = { ...hello, tools };

const assemble: EventOperator<ToolCallEvent<typeof tools>> = assembleToolCalls({ tools });

describeServer('a tool call of a real server', () => {
  it('comes when one is required, with arguments that fit', async () => {
    const options = { seed: 2, toolChoice: 'required', extraBody: noThought } as const;
    const events = await eventsOf(streamOpenAICompletions(modelAt(urlOf('plain')), context, options).pipe(assemble));
    const [call, ...more] = only(events, 'tool_call');
    expect(more).toEqual([]);
    if (call?.complete !== true || call.inputError !== undefined) throw new Error(`no whole call: ${JSON.stringify(call)}`);
    expectTypeOf(call.input).toEqualTypeOf<{ city: 'Bern' | 'Paris'; days: number }>();
    expect(weather.parameters).toBeInstanceOf(z.ZodType);
    expect(call.input).toEqual(JSON.parse(call.args));
    expect(call.input.days).toBeGreaterThan(0);
    expect(call.id).toBeTruthy();
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'tool_calls' });
    expect(only(events, 'tool_call_delta').length).toBeGreaterThan(1);
  });

  it('comes several times in one answer, each with its own arguments and id', async () => {
    // How many calls it makes is its own affair, mostly more than one.
    let calls: ToolCallEvent<typeof tools>[] = [];
    for (let seed = 3; calls.length < 2 && seed < 9; seed += 1) {
      const options = { seed, maxTokens: 800, extraBody: { ...noThought, logit_bias: [['<tool_call>', 18]] } };
      const events = await eventsOf(streamOpenAICompletions(modelAt(urlOf('plain')), context, options).pipe(assemble));
      calls = only(events, 'tool_call');
    }
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.map(({ index }) => index)).toEqual(calls.map((_, at) => at));
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(calls.length);
    for (const call of calls) expect(call).toMatchObject({ name: 'weather', complete: true, input: JSON.parse(call.args) as unknown });
  });

  it('is not whole when the answer is cut within its arguments', async () => {
    const city = defineTool({ name: 'weather', parameters: z.object({ city: z.string() }) });
    const options = { seed: 2, maxTokens: 30, extraBody: { ...noThought, logit_bias: [['<tool_call>', 20]] } };
    const call = streamOpenAICompletions(modelAt(urlOf('plain')), { ...hello, tools: [city] }, options);
    const events = await eventsOf(call.pipe(assembleToolCalls({ tools: [city] })));
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'length' });
    const [cut] = only(events, 'tool_call');
    expect(cut).toMatchObject({ complete: false, inputError: expect.anything() as unknown });
    expect(cut).not.toHaveProperty('input');
    expect(() => JSON.parse(cut?.args ?? '') as unknown).toThrow();
  });

  it('and its result go back, and get an answer', async () => {
    const required = { seed: 2, toolChoice: 'required', extraBody: noThought } as const;
    const first = await eventsOf(streamOpenAICompletions(modelAt(urlOf('plain')), context, required).pipe(assemble, normalizeUsage()));
    const calls = only(first, 'tool_call');
    const said: AssistantPart[] = [{ type: 'text', text: textOf(first) }, ...calls];
    const results = calls.map((call): Message => ({
      role: 'tool_result',
      toolCallId: call.id ?? call.callId,
      toolName: call.name,
      content: 'sunny, 24 °C',
    }));
    const messages: Message[] = [...context.messages, { role: 'assistant', content: said }, ...results];
    // This server takes no grammar beside tools, so what it says is its own.
    const options = { seed: 2, maxTokens: 40, toolChoice: 'none', extraBody: noThought } as const;
    const second = streamOpenAICompletions(modelAt(urlOf('plain')), { messages, tools }, options).pipe(normalizeUsage());
    const answer = await eventsOf(second);
    expect(textOf(answer)).toMatch(/\p{L}/u);
    expect(only(answer, 'warning')).toEqual([]);
    expect(only(answer, 'done')).toHaveLength(1);
    const [asked, told] = [first, answer].map((events) => only(events, 'usage')[0]?.input ?? 0);
    expect(told).toBeGreaterThan(asked ?? 0);
  });
});

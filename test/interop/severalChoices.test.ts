import { defineTool, streamOpenAICompletions, type CallOptions, type Context } from 'rx-completions';
import { accumulateText, assembleToolCalls, byChoice, collectMessage, normalizeUsage, parseAnswer } from 'rx-completions/operators';
import { lastValueFrom, map, mergeMap, take, toArray, type Observable } from 'rxjs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeServer, eventsOf, hello, modelAt, noThought, only, remembering, urlOf } from './support.ts';

const CHOICES = [0, 1, 2];

const threeChoices = (options: CallOptions = {}, context: Context = hello) => {
  const memory = remembering();
  const all: CallOptions = { n: 3, seed: 5, maxTokens: 400, extraBody: noThought, ...options, dispatcher: memory.dispatcher };
  return { ...memory, events: streamOpenAICompletions(modelAt(urlOf('plain')), context, all) };
};

/** The last value of each choice, in the order of the choices. */
const eachOf = async <Value>(choices: Observable<readonly [number, Value]>): Promise<Value[]> => {
  const byKey = new Map(await eventsOf(choices));
  expect([...byKey.keys()].sort()).toEqual(CHOICES);
  return CHOICES.map((key) => byKey.get(key)!);
};

/** The choices of the same request in one piece, in order. */
const unstreamed = async ({ wholeAnswer }: ReturnType<typeof remembering>) => {
  const { choices, usage } = await wholeAnswer();
  return { choices: [...choices].sort((a, b) => a.index - b.index), usage };
};

describeServer('three choices of a real server', () => {
  it('are three messages, each what it is unstreamed', async () => {
    const call = threeChoices();
    const messages = await eachOf(
      call.events.pipe(
        byChoice(),
        mergeMap((choice) => choice.pipe(collectMessage(), map((message) => [choice.key, message] as const))),
      ),
    );
    const { choices, usage } = await unstreamed(call);
    expect(messages.map(({ content }) => content)).toEqual(choices.map(({ message }) => [{ type: 'text', text: message.content }]));
    expect(messages.map(({ rawReason }) => rawReason)).toEqual(choices.map(({ finish_reason: reason }) => reason));
    // What makes three of one prompt: the seed counts on.
    expect(new Set(choices.map(({ message }) => message.content)).size).toBeGreaterThan(1);
    expect(messages.map((message) => message.usage?.input)).toEqual(CHOICES.map(() => usage.prompt_tokens));
  });

  it('come side by side, and are told apart', async () => {
    const call = threeChoices({ extraBody: { ...noThought, ignore_eos: true }, maxTokens: 60 });
    const order: number[] = [];
    const texts = await eachOf(
      call.events.pipe(
        byChoice(),
        mergeMap((choice) =>
          choice.pipe(
            accumulateText(),
            map((text) => {
              order.push(choice.key);
              return [choice.key, text] as const;
            }),
          ),
        ),
      ),
    );
    const { choices } = await unstreamed(call);
    expect(texts).toEqual(choices.map(({ message }) => message.content));
    const changes = order.filter((choice, at) => at > 0 && choice !== order[at - 1]).length;
    expect(changes).toBeGreaterThan(10);
  });

  it('tell what the call used in each of them, as the server did last', async () => {
    const { events, wholeAnswer } = threeChoices();
    const figures = await eachOf(
      events.pipe(
        byChoice(),
        mergeMap((choice) => choice.pipe(normalizeUsage(), toArray(), map((all) => [choice.key, only(all, 'usage')] as const))),
      ),
    );
    // This server reports once for each choice.
    expect(figures.map((reports) => reports.length)).toEqual([3, 3, 3]);
    expect(figures[1]).toEqual(figures[0]);
    expect(figures[2]).toEqual(figures[0]);
    const { usage } = await wholeAnswer();
    for (const { input, output, total } of figures[0] ?? []) {
      expect(input).toBe(usage.prompt_tokens);
      expect(output).toBeGreaterThan(5);
      expect(total).toBe((input ?? 0) + (output ?? 0));
    }
    expect(figures[0]?.map(({ output }) => output)).toContain(usage.completion_tokens);
  });

  it('are each a value of the schema', async () => {
    const Place = z.object({ city: z.enum(['Bern', 'Chur', 'Genève']), days: z.int().min(1).max(9) });
    const call = threeChoices({ responseFormat: Place });
    const places = await eachOf(
      call.events.pipe(
        byChoice(),
        mergeMap((choice) => choice.pipe(parseAnswer(Place), map((place) => [choice.key, place] as const))),
      ),
    );
    const { choices } = await unstreamed(call);
    expect(places).toEqual(choices.map(({ message }) => JSON.parse(message.content ?? '') as unknown));
  });

  it('call a tool each, with arguments of their own', async () => {
    const weather = defineTool({
      name: 'weather',
      parameters: z.object({ city: z.enum(['Bern', 'Paris']), days: z.int().min(1).max(9) }),
    });
    const call = threeChoices({ toolChoice: 'required' }, { ...hello, tools: [weather] });
    const calls = await eachOf(
      call.events.pipe(
        byChoice(),
        mergeMap((choice) =>
          choice.pipe(assembleToolCalls({ tools: [weather] }), toArray(), map((all) => [choice.key, only(all, 'tool_call')] as const)),
        ),
      ),
    );
    const { choices } = await unstreamed(call);
    expect(calls.map((each) => each.map(({ name, args }) => ({ name, arguments: args })))).toEqual(
      choices.map(({ message }) => (message.tool_calls ?? []).map(({ function: called }) => called)),
    );
    for (const [made] of calls) expect(made).toMatchObject({ name: 'weather', complete: true, input: JSON.parse(made?.args ?? '') as unknown });
    expect(new Set(calls.flat().map(({ id }) => id)).size).toBe(calls.flat().length);
  });

  it('end with the call when only one of them is wanted', async () => {
    const { events } = threeChoices({ extraBody: { ...noThought, ignore_eos: true }, maxTokens: 3000 });
    const first = events.pipe(
      byChoice(),
      take(1),
      mergeMap((choice) => choice.pipe(accumulateText(), take(3))),
    );
    expect(await lastValueFrom(first, { defaultValue: '' })).not.toBe('');
  });
});

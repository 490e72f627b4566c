import { streamOpenAICompletions, type CallOptions } from 'rx-completions';
import { collectMessage, parseAnswer, type AnswerMessage, type AnswerSoFar } from 'rx-completions/operators';
import { share } from 'rxjs';
import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { describeServer, eventsOf, exactly, failureOf, hello, modelAt, noThought, remembering, urlOf } from './support.ts';

const Trip = z.object({
  title: z.enum(['Über die Alpen 🏔', 'To the "sea"\n']),
  stops: z
    .array(z.object({ city: z.enum(['Bern', 'Chur', 'Genève']), days: z.int().min(1).max(9), sunny: z.boolean() }))
    .min(3)
    .max(3),
  note: z.enum(['none']).optional(),
});
type Trip = z.infer<typeof Trip>;

/** Which cities it names is the seed's affair, and the same each time. */
const seeded: CallOptions = { seed: 4, maxTokens: 600, responseFormat: Trip, extraBody: noThought };

const tripCall = (options: CallOptions = {}) => {
  const memory = remembering();
  const events = streamOpenAICompletions(modelAt(urlOf('plain')), hello, { ...seeded, ...options, dispatcher: memory.dispatcher });
  return { ...memory, events };
};

/** What the server says in one piece to the same request. A field that may be missing is `null` there. */
const unstreamed = async ({ wholeAnswer }: ReturnType<typeof remembering>) => {
  const { choices, usage } = await wholeAnswer();
  const { note, ...trip } = JSON.parse(choices[0]?.message.content ?? '') as { readonly note: string | null };
  return {
    trip: { ...trip, ...(note !== null && { note }) },
    usage: { input: usage.prompt_tokens, output: usage.completion_tokens, total: usage.total_tokens },
  };
};

/** Everything that can be read of one call, in the order in which it comes. */
const readingsOf = async (call: ReturnType<typeof tripCall>) => {
  const events = call.events.pipe(share());
  const answer = parseAnswer(Trip);
  const order: string[] = [];
  const stops: Trip['stops'][number][] = [];
  const partials: unknown[] = [];
  const trips: Trip[] = [];
  const messages: AnswerMessage[] = [];
  await Promise.all([
    events.pipe(answer.at('stops.*')).forEach((stop) => (stops.push(stop), order.push('stop'))),
    events.pipe(answer.partial()).forEach((partial) => (partials.push(partial), order.push('partial'))),
    events.pipe(answer).forEach((trip) => (trips.push(trip), order.push('trip'))),
    events.pipe(collectMessage()).forEach((message) => messages.push(message)),
  ]);
  return { order, stops, partials, trips, messages };
};

/** Whether nothing in a value is taken back by a later one: only what is open grows. */
const growsInto = (early: unknown, late: unknown): boolean => {
  if (typeof early === 'string' && typeof late === 'string') return late.startsWith(early);
  if (typeof early !== 'object' || early === null || typeof late !== 'object' || late === null) return early === late;
  return Object.entries(early).every(([key, value]) => growsInto(value, (late as Record<string, unknown>)[key]));
};

describeServer('a structured answer of a real server', () => {
  it('is the value that it is unstreamed, checked and typed, and says what it used', async () => {
    const call = tripCall();
    const { trips, messages } = await readingsOf(call);
    const { trip, usage } = await unstreamed(call);
    expect(trips).toEqual([trip]);
    expectTypeOf(trips).toEqualTypeOf<Trip[]>();
    expect(Trip.parse(trips[0])).toEqual(trip);
    expect(messages).toMatchObject([{ usage, finishReason: 'stop' }]);
  });

  it('grows, and takes nothing back', async () => {
    const { partials, trips } = await readingsOf(tripCall());
    expect(partials.length).toBeGreaterThan(8);
    for (const [at, partial] of partials.entries()) {
      if (at > 0) expect([partials[at - 1], partial, growsInto(partials[at - 1], partial)]).toEqual([partials[at - 1], partial, true]);
    }
    const { note, ...last } = partials.at(-1) as { readonly note?: string | null };
    expect({ ...last, ...((note ?? undefined) !== undefined && { note }) }).toEqual(trips[0]);
    expect(partials.some((partial) => (partial as { stops?: unknown[] }).stops?.length === 2)).toBe(true);
  });

  it('gives its parts while it is made, in order', async () => {
    const { order, stops, trips } = await readingsOf(tripCall());
    expect(stops).toHaveLength(3);
    expect(stops).toEqual(trips[0]?.stops);
    const [first, second, third] = order.flatMap((what, at) => (what === 'stop' ? [at] : []));
    const between = (from = 0, to = 0): number => order.slice(from, to).filter((what) => what === 'partial').length;
    expect(between(first, second)).toBeGreaterThan(0);
    expect(between(second, third)).toBeGreaterThan(0);
    expect(order.at(-1)).toBe('trip');
  });

  it('is asked for by its schema, as the server knows it', async () => {
    const call = tripCall();
    await eventsOf(call.events);
    expect(call.bodyOf(0)).toMatchObject({
      stream: true,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true, schema: { required: ['title', 'stops', 'note'], additionalProperties: false } },
      },
    });
  });

  it('may hold any text, and stand among words', async () => {
    const Note = z.object({ text: z.string(), lines: z.array(z.string()) });
    const note = { text: 'ä € 🙂 中文 "quoted" \\ / <think>', lines: ['tab\there', 'line\nbreak', '\u2028\ufeff\u0000', ''] };
    for (const said of [JSON.stringify(note), `Here it is:\n\`\`\`json\n${JSON.stringify(note, null, 2)}\n\`\`\``]) {
      const { events } = tripCall({ responseFormat: undefined, extraBody: { ...noThought, ...exactly(said) } });
      expect(await eventsOf(events.pipe(parseAnswer(Note)))).toEqual([note]);
    }
  });

  it('that is cut by its limit is an error, with what had come', async () => {
    const { trip } = await unstreamed(await sent(tripCall()));
    const error = await failureOf(tripCall({ maxTokens: 40 }).events.pipe(parseAnswer(Trip)));
    expect(error).toMatchObject({ code: 'truncated' });
    const { value, text } = (error as { readonly partial: AnswerSoFar }).partial;
    expect(growsInto(value, trip)).toBe(true);
    expect(value).toHaveProperty('title');
    expect(() => JSON.parse(text) as unknown).toThrow();
  });

  it('that does not fit ends the call at the part that does not', async () => {
    const Short = z.object({ ...Trip.shape, stops: z.array(Trip.shape.stops.element.refine(() => false, 'not there')) });
    const { events } = tripCall();
    const error = await failureOf(events.pipe(parseAnswer(Short)));
    expect(error).toMatchObject({ code: 'answer_schema', message: expect.stringContaining('stops') as string });
    const { value } = (error as { readonly partial: AnswerSoFar }).partial;
    expect((value as Trip).stops).toHaveLength(1);
  });
});

/** The call once it has been made. */
const sent = async (call: ReturnType<typeof tripCall>) => {
  await eventsOf(call.events);
  return call;
};

import { lastValueFrom, of, throwError, toArray, type Observable } from 'rxjs';
import { CompletionError, openAICompatModel, streamOpenAICompletions, type CompletionErrorDetails, type FallbackEvent, type StreamEvent } from 'rx-completions';
import { askForAnswer, formMemory, parseAnswer, verifyEvents, type AnswerForm, type AnswerFormKind, type AskForAnswerConfig } from 'rx-completions/operators';
import { script, scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { isFormRefusal } from '../../operators/answer/isFormRefusal.ts';
import { done, finish, start, text } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const City = z.object({ name: z.string() });

const refusal = (message = "'response_format.type' must be 'text'", details: CompletionErrorDetails = {}): CompletionError =>
  new CompletionError('http_status', { status: 400, phase: 'headers', providerError: { message }, ...details });

const answer = [start(), text('{"name":"Bern"}'), finish(), done()];

/** What an endpoint says that refuses some forms, and the forms it was asked in. */
const endpoint = (refuses: readonly AnswerFormKind[], failure: Error = refusal()) => {
  const asked: AnswerForm[] = [];
  const ask = (form: AnswerForm): Observable<StreamEvent> => {
    asked.push(form);
    return refuses.includes(form.kind) ? throwError(() => failure) : of(...answer);
  };
  return { asked, ask, kinds: () => asked.map(({ kind }) => kind) };
};

const told = async (source: Observable<StreamEvent | FallbackEvent>): Promise<string[]> =>
  (await lastValueFrom(source.pipe(verifyEvents(), toArray()), { defaultValue: [] })).map(({ type }) => type);

describe('askForAnswer', () => {
  it('T-SO-06: asks in the next form where one is refused, and says so', async () => {
    const { ask, asked } = endpoint(['json_schema', 'json_object']);
    expect(await told(askForAnswer(City, ask))).toEqual(['fallback', 'fallback', 'start', 'text_delta', 'finish', 'done']);
    expect(asked.map(({ kind, responseFormat }) => [kind, responseFormat])).toEqual([
      ['json_schema', City],
      ['json_object', 'json_object'],
      ['prompt', undefined],
    ]);
    const [enforced, object, prompt] = asked.map(({ instructions }) => instructions);
    expect(enforced).toBe('');
    expect(object).toBe(prompt);
    expect(object).toBe(
      'Answer with JSON that fits this JSON Schema, and with nothing before or after it:\n' +
        '{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}',
    );
  });

  it('asks for nothing before it is subscribed to, and anew each time', () => {
    const { ask, kinds } = endpoint(['json_schema']);
    const events = askForAnswer(City, ask);
    expect(kinds()).toEqual([]);
    events.subscribe();
    events.subscribe();
    expect(kinds()).toEqual(['json_schema', 'json_object', 'json_schema', 'json_object']);
  });

  it('T-SO-06: remembers what was refused', async () => {
    const memory = formMemory();
    const { ask, kinds } = endpoint(['json_schema']);
    const events = askForAnswer(City, ask, { memory });
    events.subscribe();
    expect(memory.refused()).toEqual(['json_schema']);
    expect(await told(events)).toEqual(['start', 'text_delta', 'finish', 'done']);
    expect(kinds()).toEqual(['json_schema', 'json_object', 'json_object']);
  });

  it('does not hold it against other schemas where one is refused', () => {
    const memory = formMemory();
    const { ask, kinds } = endpoint(['json_schema'], refusal("Invalid schema for response_format 'answer': too deep"));
    askForAnswer(City, ask, { memory }).subscribe();
    expect([kinds(), memory.refused()]).toEqual([['json_schema', 'json_object'], []]);
  });

  it('asks in the forms it is told, in the last one in any case', () => {
    const memory = formMemory();
    for (const kind of ['json_schema', 'json_object'] as const) memory.refuse(kind);
    const { ask, kinds } = endpoint(['json_schema']);
    const failures: unknown[] = [];
    const listen = { error: (error: unknown) => failures.push(error) };
    askForAnswer(City, ask, { memory, forms: ['json_schema'] }).subscribe(listen);
    askForAnswer(City, ask, { memory, forms: ['json_object', 'prompt'] }).subscribe(listen);
    expect(kinds()).toEqual(['json_schema', 'prompt']);
    expect(failures).toMatchObject([{ code: 'http_status' }]);
  });

  it('passes every other failure on, also that of a later form', () => {
    const codes: unknown[] = [];
    const run = (ask: (form: AnswerForm) => Observable<StreamEvent>): void => {
      askForAnswer(City, ask).subscribe({ error: (error: unknown) => codes.push((error as CompletionError).code) });
    };
    run(() => throwError(() => new CompletionError('rate_limit', { status: 429 })));
    run(({ kind }) => throwError(() => (kind === 'json_schema' ? refusal() : new CompletionError('quota', { status: 402 }))));
    run(() => throwError(() => refusal('temperature must be at most 1')));
    expect(codes).toEqual(['rate_limit', 'quota', 'http_status']);
  });

  it('stops the form at hand when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const object = cold('  --s--t', { s: start(), t: text('{') });
      const schema = cold('  --#', {}, refusal());
      const unsubscribed = ' ------!';
      const schemaSub = '    ^-!';
      const objectSub = '    --^---!';
      const events = askForAnswer(City, ({ kind }) => (kind === 'json_schema' ? schema : object) as Observable<StreamEvent>);
      expectObservable(events, unsubscribed).toBe('--F', { F: expect.objectContaining({ type: 'fallback', attempt: 2, discarded: false }) as FallbackEvent });
      expectSubscriptions(schema.subscriptions).toBe(schemaSub);
      expectSubscriptions(object.subscriptions).toBe(objectSub);
    });
  });

  it('takes other schemas as JSON Schema', () => {
    const { ask, asked } = endpoint([]);
    const json = { type: 'object', properties: { name: { type: 'string' } } };
    askForAnswer(json, ask).subscribe();
    const other = { '~standard': { vendor: 'own', validate: (value: unknown) => ({ value }) } };
    askForAnswer(other, ask, { jsonSchema: json }).subscribe();
    expect(asked.map(({ responseFormat }) => responseFormat)).toEqual([
      { type: 'json_schema', name: 'answer', schema: json },
      { type: 'json_schema', name: 'answer', schema: json },
    ]);
    expect(() => askForAnswer(other, ask)).toThrow('give it as `jsonSchema`');
    expect(() => askForAnswer(z.object({ when: z.date() }), ask)).toThrow('give it as `jsonSchema`');
  });

  it('refuses forms there are none of', () => {
    for (const forms of [[], ['yaml'], 'prompt'])
      expect(() => askForAnswer(City, () => of(...answer), { forms } as unknown as AskForAnswerConfig)).toThrow('`forms` of `askForAnswer`');
  });
});

describe('a refusal of the form', () => {
  it.each([
    "'response_format.type' must be 'json_schema' or 'text'",
    'This response_format type is unavailable now',
    'This model does not support response format `json_schema`. See supported models',
    "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
    'No endpoints found that can handle the requested parameters.',
    'structured outputs are not supported by this model',
  ])('T-SO-06: is heard in: %s', (message) => {
    expect(isFormRefusal(refusal(message))).toBe('form');
  });

  it('is no failure that passes, of another kind, or after content', () => {
    expect(isFormRefusal(refusal('json_schema failed', { status: 500 }))).toBeUndefined();
    expect(isFormRefusal(refusal(undefined, { retryable: true }))).toBeUndefined();
    expect(isFormRefusal(refusal(undefined, { committed: true }))).toBeUndefined();
    expect(isFormRefusal(refusal('Failed to generate JSON. Please adjust your prompt.', { providerError: { code: 'json_validate_failed' } }))).toBeUndefined();
    expect(isFormRefusal(refusal('no such model'))).toBeUndefined();
    expect(isFormRefusal(refusal('bad', { providerError: { param: 'response_format.type' } }))).toBe('form');
  });

  it('T-SO-06: is heard on the wire, and the answer comes in the next form', async () => {
    await using lmStudio = await scriptedEndpoint([
      script().json({ error: "'response_format.type' must be 'text'" }, { status: 400 }),
      script().json({ error: "'response_format.type' must be 'text'" }, { status: 400 }),
      scriptOfAnswer('Sure:\n```json\n{"name":"Bern"}\n```'),
    ]);
    const model = openAICompatModel({ provider: 'lmstudio', id: 'm', baseUrl: lmStudio.baseUrl });
    const events = askForAnswer(City, ({ responseFormat, instructions }) =>
      streamOpenAICompletions(model, { systemPrompt: `Be brief. ${instructions}`, messages: [{ role: 'user', content: 'A city?' }] }, { responseFormat }),
    );
    const city = await lastValueFrom(events.pipe(parseAnswer(City)), { defaultValue: undefined });
    expectTypeOf(city).toEqualTypeOf<{ name: string } | undefined>();
    expect(city).toEqual({ name: 'Bern' });
    expect(lmStudio.requests.map(({ body }) => (JSON.parse(body) as { response_format?: { type: string } }).response_format?.type)).toEqual([
      'json_schema',
      'json_object',
      undefined,
    ]);
  });
});

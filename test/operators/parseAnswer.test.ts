import fc from 'fast-check';
import { EMPTY, concatWith, NEVER, of, tap, throwError, type Observable } from 'rxjs';
import { CompletionError, type StreamEvent } from 'rx-completions';
import { parseAnswer, stripThink, type AnswerSchema, type ParseAnswerConfig } from 'rx-completions/operators';
import { operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { done, finish, reasoning, start, text } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const Items = z.object({ items: z.array(z.object({ id: z.number() })), sum: z.number() });

const answerOf = (...deltas: readonly string[]): StreamEvent[] => [start(), ...deltas.map((delta) => text(delta)), finish(), done()];

type Result = readonly [outputs: unknown[], error?: CompletionError];

const outcome = (source: Observable<unknown>): Result => {
  const outputs: unknown[] = [];
  let error: CompletionError | undefined;
  source.subscribe({ next: (output) => outputs.push(output), error: (failure: unknown) => (error = failure as CompletionError) });
  return error === undefined ? [outputs] : [outputs, error];
};

const parse = (schema: AnswerSchema, events: readonly StreamEvent[], config?: ParseAnswerConfig): Result =>
  outcome(of(...events).pipe(parseAnswer(schema, config)));

const partials = (schema: AnswerSchema, events: readonly StreamEvent[]): Result =>
  outcome(of(...events).pipe(parseAnswer(schema).partial()));

const parts = (schema: AnswerSchema, path: string, events: readonly StreamEvent[], config?: ParseAnswerConfig): Result =>
  outcome(of(...events).pipe(parseAnswer(schema, config).at(path)));

const source = answerOf('{"items":[{"id":1},{"i', 'd":2}],"sum":1', '2}');

describe('parseAnswer: the operator contract', () => {
  for (const law of operatorContract(() => parseAnswer(Items), { source })) it(law.name, law.run);
  for (const law of operatorContract(() => parseAnswer(Items).partial(), { source })) it(`${law.name}, partial`, law.run);
  for (const law of operatorContract(() => parseAnswer(Items).at('items.*'), { source })) it(`${law.name}, at a path`, law.run);
});

describe('parseAnswer', () => {
  it('shows an answer whole, in parts and as it grows', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const [s, a, b, c, f, d] = source;
      const events = hot('  s-a-b-c-f-d---|', { s, a, b, c, f, d } as Record<string, StreamEvent>);
      const subscription = '^-------------!';
      const whole = '       ----------w---|';
      const each = '        --1-2---------|';
      const growing = '     --p-q-w-------|';
      const values = {
        1: { id: 1 },
        2: { id: 2 },
        p: { items: [{ id: 1 }, {}] },
        q: { items: [{ id: 1 }, { id: 2 }] },
        w: { items: [{ id: 1 }, { id: 2 }], sum: 12 },
      };
      const answer = parseAnswer(Items);
      expectObservable(events.pipe(answer)).toBe(whole, values);
      expectObservable(events.pipe(answer.at('items.*'))).toBe(each, values);
      expectObservable(events.pipe(answer.partial())).toBe(growing, values);
      expectSubscriptions(events.subscriptions).toBe([subscription, subscription, subscription]);
    });
  });

  it('waits for done, which a new attempt may come before', () => {
    const events = [start(), text('{"items":[{"id":1}],"sum":1}'), start(2), text('{"items":[],"sum":2}'), finish(), done()];
    expect(parse(Items, events)).toEqual([[{ items: [], sum: 2 }]]);
    expect(partials(Items, events)[0]).toEqual([{ items: [{ id: 1 }], sum: 1 }, undefined, { items: [], sum: 2 }]);
    expect(parse(Items, [start(), text('{"items":'), start(2), ...answerOf('{"items":[],"sum":0}').slice(1)])).toEqual([[{ items: [], sum: 0 }]]);
  });

  it('takes a source that completes without finish and done', () => {
    expect(parse(Items, [text('{"items":[],"sum":1}')])).toEqual([[{ items: [], sum: 1 }]]);
  });

  it('reads the choice it is told', () => {
    const events = [text('{"items":[],"sum":0}', 0), text('{"items":[],"sum":1}', 1), finish('stop', 0), finish('stop', 1), done()];
    expect(parse(Items, events, { choice: 1 })).toEqual([[{ items: [], sum: 1 }]]);
  });

  it('gives what the schema makes of the answer', () => {
    const schema = z.object({ when: z.string().transform((text) => text.length), unit: z.string().default('m') });
    expect(parse(schema, answerOf('{"when":"noon"}'))).toEqual([[{ when: 4, unit: 'm' }]]);
    expect(partials(schema, answerOf('{"when":"no', 'on"}'))).toEqual([[{ when: 'no' }, { when: 'noon' }]]);
  });

  it('takes null for a field that may only be missing', () => {
    const schema = z.object({ a: z.string().optional(), b: z.array(z.object({ c: z.number().default(1), d: z.string().nullish() })) });
    expect(parse(schema, answerOf('{"a":null,"b":[{"c":null,"d":null}]}'))).toEqual([[{ b: [{ c: 1, d: null }] }]]);
    expect(parts(schema, 'b.*', answerOf('{"a":null,"b":[{"c":null,"d":null}]}'))).toEqual([[{ c: 1, d: null }]]);
    expect(parse(z.object({ a: z.string() }), answerOf('{"a":null}'))[1]?.message).toBe('the answer does not fit its schema: `a`: expected string');
  });

  it('takes a JSON Schema as a name for what is not checked, and any Standard Schema', () => {
    expect(parse({ type: 'object' }, answerOf('{"a":1}'))).toEqual([[{ a: 1 }]]);
    expect(parts({ type: 'object' }, 'a.*', answerOf('{"a":[1,2]}'))).toEqual([[1, 2]]);
    const even = {
      '~standard': {
        vendor: 'own',
        version: 1,
        validate: (value: unknown) => (Array.isArray(value) && value.length % 2 === 0 ? { value: [...(value as unknown[]), 'even'] } : { issues: [{ message: `odd: ${String(value)}`, path: [{ key: 0 }] }] }),
      },
    } as const;
    expect(parse(even, answerOf('[1,2]'))).toEqual([[[1, 2, 'even']]]);
    expect(parts(even, '*', answerOf('[1,2]'))).toEqual([[1, 2, 'even']]);
    expect(parse(even, answerOf('[1]'))[1]?.message).toBe('the answer does not fit its schema: `[0]` does not fit');
  });

  it('says that a schema cannot be checked at once, or broke', () => {
    const slow = z.object({ a: z.string().refine(() => Promise.resolve(true)) });
    expect(parse(slow, answerOf('{"a":"x"}'))[1]).toMatchObject({ code: 'answer_schema', message: 'the schema of the answer cannot be checked synchronously, or failed' });
    const broken = { '~standard': { vendor: 'own', validate: () => { throw new Error('secret'); } } } as const;
    expect(parse(broken, answerOf('{"a":"x"}'))[1]?.message).toBe('the answer does not fit its schema: the schema of the answer failed while it was checked');
  });
});

describe('the JSON of an answer', () => {
  const value = { items: [], sum: 1 };
  const json = JSON.stringify(value);

  it.each([
    ['T-SO-04: behind blanks', `\n \t${json}\n`],
    ['T-SO-05: in a fence', '```json\n' + json + '\n```'],
    ['T-SO-05: in a fence without a language', '```\n' + json + '\n```\n'],
    ['T-SO-05: among words', `Here you are: ${json}. Anything else?`],
    ['T-SO-05: behind words with brackets', `As {name} asked [1], {x} no: ${json}`],
    ['T-SO-05: behind thinking in tags', `<think>{"items":[1]} or {"sum": 2}?</think>\n${json}`],
    ['T-SO-05: in a fence behind thinking', '<think>hm\n</think>\n\nSure:\n```json\n' + json + '\n```\nDone {"items":1}'],
    ['before another one', `${json} ${json}`],
  ])('is found %s', (_, answer) => {
    expect(parse(Items, answerOf(answer))).toEqual([[value]]);
    expect(parse(Items, answerOf(...answer.split('')))).toEqual([[value]]);
    expect(partials(Items, answerOf(...answer.split('')))[0].at(-1)).toEqual(value);
  });

  it('is found in a list among words, by what its elements look like', () => {
    const list = z.array(z.object({ id: z.number() }));
    expect(parse(list, answerOf('By [1] and [note]: [{"id":1}] as in [2]'))).toEqual([[[{ id: 1 }]]]);
    expect(parse(z.array(z.string()), answerOf('By [1]: ["a"]'))).toEqual([[['a']]]);
    expect(parse(z.array(z.boolean()), answerOf('```json\n[true]\n```'))).toEqual([[[true]]]);
    expect(parse(z.array(z.number()), answerOf(' [ ', '-', '1] '))).toEqual([[[-1]]]);
  });

  it('T-SO-02: may be a number, a word or a text, which is known at the end', () => {
    expect(parse(z.number(), answerOf('4', '2'))).toEqual([[42]]);
    expect(parse(z.enum(['yes', 'no']), answerOf('```json\n"yes"\n```'))).toEqual([['yes']]);
    expect(parse(z.boolean(), answerOf('<think>?</think>true'))).toEqual([[true]]);
    expect(partials(z.number(), answerOf('4', '2'))).toEqual([[42]]);
    expect(parse(z.union([z.string(), z.object({})]), answerOf('"a"'))).toEqual([['a']]);
  });

  it('is the same behind stripThink', () => {
    const events = of(...answerOf('<think>{"sum"', ':1}</think>', json));
    expect(outcome(events.pipe(stripThink(), parseAnswer(Items)))).toEqual([[value]]);
    expect(parse(Items, [start(), reasoning('{"sum":'), ...answerOf(json).slice(1)])).toEqual([[value]]);
  });

  it('law: gives what JSON.parse gives, however it is cut and wrapped, and never takes back what it showed', () => {
    const wrap = fc.constantFrom(['', ''], ['\n', '\n'], ['```json\n', '\n```'], ['<think>{"a":[</think>', ''], ['Sure, {x}:\n', '\nOk?']);
    const values = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 }));
    fc.assert(
      fc.property(values, wrap, fc.array(fc.nat({ max: 400 })), (value, [before = '', after = ''], at) => {
        const json = JSON.stringify(value);
        const whole = `${before}${json}${after}`;
        const places = [...new Set(at)].sort((one, other) => one - other);
        const deltas = [0, ...places].map((from, index) => whole.slice(from, places[index]));
        expect(parse({}, answerOf(...deltas))).toEqual([[JSON.parse(json)]]);
        const shown = partials({}, answerOf(...deltas))[0].map((each) => JSON.stringify(each));
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown.at(-1)).toBe(JSON.stringify(JSON.parse(json)));
      }),
    );
  });

  it('law: any text ends in a value or a CompletionError', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('{"', '"items":', '[', '{"id":1}', '```', '<think>', '}', '\\u', '1e', 'null')), { maxLength: 12 }), (deltas) => {
        for (const [outputs, error] of [parse(Items, answerOf(...deltas)), partials(Items, answerOf(...deltas)), parts(Items, 'items.*.id', answerOf(...deltas))])
          expect(error === undefined ? outputs : error).toBeInstanceOf(error === undefined ? Array : CompletionError);
      }),
    );
  });
});

describe('an answer that does not fit', () => {
  const failure = (schema: AnswerSchema, events: readonly StreamEvent[], config?: ParseAnswerConfig): unknown => {
    const [outputs, error] = parse(schema, events, config);
    expect(outputs).toEqual([]);
    expect(error).toBeInstanceOf(CompletionError);
    return { code: error?.code, message: error?.message, partial: error?.partial };
  };
  const said = (code: string, message?: unknown, partial?: unknown): object => ({ code, ...(message !== undefined && { message }), ...(partial !== undefined && { partial }) });

  it('fails with the places, and nothing it said', () => {
    const schema = z.object({ a: z.strictObject({ n: z.number().max(5), word: z.enum(['x', 'y']) }), r: z.record(z.string(), z.string().min(2)) });
    const events = answerOf('{"a":{"n":7,"word":"secret","more":1},"r":{"k":"s"}}');
    const { message } = failure(schema, events, { failFast: false }) as CompletionError;
    expect(message).toBe(
      'the answer does not fit its schema: `a.n`: expected number to be <=5; `a.word`: expected one of "x"|"y"; ' +
        '`a` has unknown fields: `more`; `r.k`: expected string to have >=2 characters',
    );
    expect(message).not.toContain('secret');
  });

  it('T-SO-03: ends the call at the first part that is over and does not fit', () => {
    let read = 0;
    const deltas = ['{"items":[{"id":', 'true', '},', '{"id":2}', ']}'];
    const [outputs, error] = outcome(
      of(start(), ...deltas.map((delta) => text(delta))).pipe(
        concatWith(NEVER),
        tap(() => (read += 1)),
        parseAnswer(Items),
      ),
    );
    expect([outputs, read]).toEqual([[], 4]);
    expect(error).toMatchObject({
      code: 'answer_schema',
      message: 'the answer does not fit its schema: `items[0].id`: expected number',
      partial: { text: '{"items":[{"id":true},', value: { items: [{ id: true }] } },
      retryable: false,
    });
  });

  it('T-SO-03: is told by the first character of a part that is of another kind, and not shown', () => {
    const pair = z.object({ a: z.number(), b: z.number() });
    const outputs = partials(pair, answerOf('{"a":1,"b":"', 'x"}'));
    expect(outputs[0]).toEqual([]);
    expect(outputs[1]).toMatchObject({ message: 'the answer does not fit its schema: `b`: expected number', partial: { text: '{"a":1,"b":"', value: { a: 1 } } });
    const kinds: readonly (readonly [z.ZodType, string, boolean])[] = [
      [z.number(), '"', false], [z.number(), '[', false], [z.number(), '{', false], [z.boolean().nullable(), '"', false], [z.null(), '{', false],
      [z.string(), '"', true], [z.string().optional(), '[', false], [z.email(), '{', false], [z.templateLiteral(['a']), '"', true],
      [z.array(z.string()), '[', true], [z.array(z.string()), '"', false], [z.array(z.string()), '["', true], [z.array(z.number()), '[1,"', false], [z.tuple([z.number()]), '{', false],
      [z.object({}).default({}), '{', true], [z.object({}), '"', false], [z.record(z.string(), z.number()), '[', false], [z.record(z.string(), z.number()), '{"k":"', false],
      [z.enum(['x']), '"', true], [z.enum(['x']), '[', false], [z.literal([1, 2]), '"', false], [z.literal([1, 'x']), '"', true],
      [z.union([z.number(), z.boolean()]), '"', false], [z.union([z.number(), z.string()]), '"', true], [z.union([z.number(), z.array(z.string())]), '[', true],
      [z.coerce.number(), '"', true], [z.preprocess(Number, z.number()), '"', true], [z.number().catch(0), '"', true], [z.any(), '"', true],
      [z.string().transform(Number), '"', true], [z.string().transform(Number), '{', false], [z.lazy(() => z.number()), '"', false],
      [z.custom(), '[', true], [z.intersection(z.object({}), z.object({})), '{', true],
    ];
    for (const [field, begun, fits] of kinds) {
      const [, error] = outcome(of(text(`{"f":${begun}`)).pipe(concatWith(NEVER), parseAnswer(z.object({ f: field }))));
      expect([field.type, begun, error?.code]).toEqual([field.type, begun, fits ? undefined : 'answer_schema']);
    }
  });

  it('shows a text that does not fit only when it is over, where the call goes on', () => {
    const pair = z.object({ a: z.number(), b: z.array(z.number()) });
    const [outputs, error] = outcome(of(...answerOf('{"a":1,"b":[1,"', 'x', '"', ',2]}')).pipe(parseAnswer(pair, { failFast: false }).partial()));
    expect(outputs).toEqual([{ a: 1, b: [1] }, { a: 1, b: [1, 'x'] }, { a: 1, b: [1, 'x', 2] }]);
    expect(error?.message).toBe('the answer does not fit its schema: `b[1]`: expected number');
    const open = z.object({ a: z.object({}).loose(), u: z.union([z.object({ n: z.number() }), z.boolean()]) });
    expect(partials(open, [text('{"a":{"more":"x')])[0]).toEqual([{ a: { more: 'x' } }]);
    expect(partials(open, [text('{"u":{"n":"x')])[0]).toEqual([{ u: { n: 'x' } }]);
    expect(partials(z.object({ u: z.union([z.number(), z.unknown()]) }), [text('{"u":"x')])[0]).toEqual([{ u: 'x' }]);
  });

  it('law: no draft of an answer holds a text where its type has none', () => {
    const schema = z.object({ a: z.number(), b: z.object({ c: z.boolean(), d: z.string() }), e: z.array(z.number()) }).partial();
    const isDraft = z.object({ a: z.number(), b: z.object({ c: z.boolean(), d: z.string() }).partial(), e: z.array(z.number()) }).partial();
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.oneof(fc.integer(), fc.string())), fc.record({ c: fc.oneof(fc.boolean(), fc.string()), d: fc.oneof(fc.integer(), fc.string()) }));
    fc.assert(
      fc.property(fc.record({ a: value, b: value, e: value }, { requiredKeys: [] }), fc.integer({ min: 1, max: 9 }), (answer, length) => {
        const json = JSON.stringify(answer);
        const deltas = Array.from({ length: Math.ceil(json.length / length) }, (_, at) => json.slice(at * length, (at + 1) * length));
        for (const draft of partials(schema, answerOf(...deltas))[0]) expect(isDraft.safeParse(draft).error).toBeUndefined();
      }),
    );
  });

  it('T-SO-03: is not told from a part that is not over', () => {
    const schema = z.object({ name: z.string().min(5), list: z.array(z.number()).min(3) });
    expect(partials(schema, answerOf('{"name":"a', 'bcde","list":[1', ',2', ',3]}'))).toEqual([
      [{ name: 'a' }, { name: 'abcde', list: [] }, { name: 'abcde', list: [1] }, { name: 'abcde', list: [1, 2, 3] }],
    ]);
  });

  it('is not told from a part that the schemas around it may still save', () => {
    const either = z.object({ a: z.union([z.object({ n: z.string() }), z.object({ n: z.number() })]) });
    expect(parse(either, answerOf('{"a":{"n":1}}'))).toEqual([[{ a: { n: 1 } }]]);
    const caught = z.object({ a: z.object({ n: z.string() }).catch({ n: 'none' }) });
    expect(parse(caught, answerOf('{"a":{"n":1}}'))).toEqual([[{ a: { n: 'none' } }]]);
    const before = z.object({ a: z.preprocess((value) => String(value), z.string()) });
    expect(parse(before, answerOf('{"a":1}'))).toEqual([[{ a: '1' }]]);
    const both = z.object({ a: z.intersection(z.object({ n: z.number() }), z.object({ m: z.number() })) });
    expect(parse(both, answerOf('{"a":{"n":1,"m":2}}'))).toEqual([[{ a: { n: 1, m: 2 } }]]);
  });

  it('is told in schemas that refer to themselves, in records, tuples and behind defaults', () => {
    const Tree = z.object({ name: z.string(), get children() { return z.array(Tree).optional(); } });
    const deep = (name: string): StreamEvent[] => [start(), text(`{"name":"a","children":[{"name":"b","children":[{"name":${name}`), text(',')];
    expect(failure(Tree, deep('1'))).toMatchObject(said('answer_schema', expect.stringContaining('`children[0].children[0].name`')));
    const schema = z.object({ r: z.record(z.string(), z.number()).default({}), t: z.tuple([z.string(), z.number()]).nullable(), l: z.lazy(() => z.array(z.string())) });
    for (const [json, place] of [['{"r":{"k":"x"', 'r.k'], ['{"t":["a","b"', 't[1]'], ['{"l":[1,', 'l[0]']] as const)
      expect(failure(schema, [text(json)])).toMatchObject(said('answer_schema', expect.stringContaining(`\`${place}\``)));
  });

  it('T-SO-08: is cut where the tokens ran out, with what had come', () => {
    const cut = [start(), text('{"items":[{"id":1},{"id":2'), finish('length'), done('length')];
    const partial = { text: '{"items":[{"id":1},{"id":2', value: { items: [{ id: 1 }, {}] } };
    expect(failure(Items, cut)).toMatchObject(said('truncated', 'the answer reached its limit of tokens before its JSON was whole', partial));
    expect(parse(Items, cut)[1]?.retryable).toBe(false);
    expect(failure(z.number(), [text('12'), finish('length'), done('length')])).toMatchObject(said('truncated'));
    expect(failure(Items, [text('Let me'), finish('length'), done('length')])).toMatchObject(said('truncated'));
  });

  it('T-SO-08: is whole where only what comes behind it was cut', () => {
    expect(parse(Items, [text('{"items":[],"sum":1}\n``'), finish('length'), done('length')])).toEqual([[{ items: [], sum: 1 }]]);
  });

  it('is filtered, or refused', () => {
    expect(failure(Items, [text('{"items":['), finish('content_filter'), done('content_filter')])).toMatchObject(said('content_filter'));
    const refusal: StreamEvent = { type: 'refusal_delta', choice: 0, delta: 'I will not' };
    expect(failure(Items, [start(), { ...refusal, delta: '' }, text('Sorry'), finish(), done()])).toMatchObject(said('answer_schema'));
    expect(failure(Items, [start(), { ...refusal, choice: 1 }, text('Sorry'), finish(), done()])).toMatchObject(said('answer_schema'));
    expect(failure(Items, [start(), refusal, finish(), done()])).toMatchObject(said('content_filter', 'the model refused to answer', { text: '' }));
  });

  it('is no JSON, or not all of it', () => {
    expect(failure(Items, answerOf('I cannot do that.'))).toMatchObject(said('answer_schema', 'the answer holds no whole JSON', { text: 'I cannot do that.' }));
    expect(failure(Items, answerOf('{"items":['))).toMatchObject(said('answer_schema', 'the answer holds no whole JSON', { value: { items: [] } }));
    expect(failure(Items, [start(), text('{"items":[}')])).toMatchObject(said('answer_schema', 'the JSON of the answer is broken'));
    expect(failure(Items, [])).toMatchObject(said('truncated'));
    expect(outcome(EMPTY.pipe(parseAnswer(Items)))[1]).toMatchObject({ code: 'truncated' });
  });

  it('fault 72: nests too deep', () => {
    expect(failure(Items, answerOf('{"items":[{'), { maxDepth: 2 })).toMatchObject(said('limit'));
    expect(failure(Items, answerOf('{"items":[['))).toMatchObject(said('answer_schema'));
    expect(failure({}, answerOf('[[['), { maxDepth: 2 })).toMatchObject(said('limit', 'the answer is nested deeper than maxDepth allows (2)'));
  });

  it('says whose answer it was, and whether content had been seen', () => {
    const { endpoint } = start() as StreamEvent & { readonly type: 'start' };
    const second = { ...endpoint, host: 'second.test' };
    const told = (events: readonly StreamEvent[], config?: ParseAnswerConfig): unknown => {
      const error = parse(Items, events, config)[1];
      return [error?.code, error?.committed, error?.endpoint];
    };
    const refusal: StreamEvent = { type: 'refusal_delta', choice: 0, delta: 'No' };
    expect(told([start(), text('{"items":[{"id":true}')])).toEqual(['answer_schema', true, endpoint]);
    expect(told(answerOf('{"items":[]}'))).toEqual(['answer_schema', true, endpoint]);
    expect(told(answerOf('No.'))).toEqual(['answer_schema', true, endpoint]);
    expect(told([start(), text('{"items":['), finish('length'), done('length')])).toEqual(['truncated', true, endpoint]);
    expect(told([start(), refusal, finish(), done()])).toEqual(['content_filter', true, endpoint]);
    expect(told([start(), text('{"items":[{'), done()], { maxDepth: 2 })).toEqual(['limit', true, endpoint]);
    expect(told([start(), reasoning('hm')])).toEqual(['truncated', true, endpoint]);
    expect(told([start()])).toEqual(['truncated', false, endpoint]);
    expect(told([])).toEqual(['truncated', false, undefined]);
    expect(told([start(), text('{'), { ...start(2), endpoint: second } as StreamEvent])).toEqual(['truncated', true, second]);
  });

  it('brings what had come when the source fails', () => {
    const lost = new CompletionError('connection_lost');
    const [outputs, error] = outcome(of(start(), text('{"items":[{"id":1')).pipe(concatWith(throwError(() => lost)), parseAnswer(Items)));
    expect(outputs).toEqual([]);
    expect(error).toMatchObject({ code: 'connection_lost', partial: { text: '{"items":[{"id":1', value: { items: [{}] } } });
    expect(outcome(throwError(() => lost).pipe(parseAnswer(Items)))[1]).toBe(lost);
  });
});

describe('a part of an answer', () => {
  it('comes when it is over, as its schema makes it', () => {
    const schema = z.object({ list: z.array(z.string().transform((text) => text.length)), n: z.number() });
    expect(parts(schema, 'list.*', answerOf('{"list":["a","b', 'cd"', ']'))[0]).toEqual([1, 3]);
    expect(parts(Items, 'items.*.id', answerOf('{"items":[{"id":1},{"id":2}],"sum":3}'))).toEqual([[1, 2]]);
    expect(parts(Items, 'items.1', answerOf('{"items":[{"id":1},{"id":2}],"sum":3}'))).toEqual([[{ id: 2 }]]);
    expect(parts(Items, 'sum', answerOf('{"items":[],"sum":3}'))).toEqual([[3]]);
    expect(parts(z.record(z.string(), z.number()), '*', answerOf('{"a":1,"b":2}'))).toEqual([[1, 2]]);
  });

  it('comes before the answer turns out not to fit', () => {
    const [outputs, error] = parts(Items, 'items.*', answerOf('{"items":[{"id":1}]}'));
    expect(outputs).toEqual([{ id: 1 }]);
    expect(error?.message).toBe('the answer does not fit its schema: `sum`: expected number');
    expect(parts(Items, 'items.*', answerOf('{"items":[{"id":1},{"id":"x"}],"sum":1}'), { failFast: false })[0]).toEqual([{ id: 1 }]);
  });

  it('comes at the end where it has no schema of its own, or was not said', () => {
    const either = z.object({ a: z.union([z.array(z.number()), z.string()]) });
    expect(parts(either, 'a.*', answerOf('{"a":[1,2]}'))).toEqual([[1, 2]]);
    const made = z.object({ a: z.array(z.number()) }).transform(({ a }) => ({ b: a.map(String) }));
    expect(parts(made, 'b.*', answerOf('{"a":[1,2]}'))).toEqual([['1', '2']]);
    const missing = z.object({ a: z.array(z.number()).default([7]) });
    expect(parts(missing, 'a.*', answerOf('{}'))).toEqual([[7]]);
  });

  it('is told again when a new attempt begins', () => {
    expect(parts(Items, 'items.*', [start(), text('{"items":[{"id":1},'), ...answerOf('{"items":[{"id":1}],"sum":1}')])).toEqual([[{ id: 1 }, { id: 1 }]]);
  });

  it('has a place that exists', () => {
    const refusal = (path: unknown): string => {
      try {
        parseAnswer(Items).at(path as 'items');
        return 'made';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refusal('itms.*')).toBe('`itms` is no field of the answer; did you mean `items`?');
    expect(refusal('items.*.name')).toBe('`name` is no field of the answer');
    expect(refusal('')).toBe('`at` of `parseAnswer` takes a path such as `items.*`');
    expect(refusal(undefined)).toContain('takes a path');
    expect(refusal('items.*.id')).toBe('made');
  });
});

describe('parseAnswer: config and cost', () => {
  it('refuses what is no schema', () => {
    for (const schema of [undefined, null, 'zod', []]) expect(() => parseAnswer(schema as never)).toThrow('`parseAnswer` takes a zod schema');
  });

  it('checks each element once while the answer comes in, and copies in proportion to it', () => {
    const length = 16_000;
    let checks = 0;
    const Counted = z.object({ items: z.array(z.object({ id: z.number() }).refine(() => (checks += 1) > 0)), sum: z.number() });
    const deltas = [...Array.from({ length }, (_, at) => `${at === 0 ? '{"items":[' : ','}{"id":${at}}`), '],"sum":1}'];
    let told = 0;
    of(...answerOf(...deltas)).pipe(parseAnswer(Counted).at('items.*')).subscribe(() => (told += 1));
    // By itself, with its list, and with the answer.
    expect([told, checks]).toEqual([length, 3 * length]);
    let copied = 0;
    of(...answerOf(...deltas)).pipe(parseAnswer(Items).partial()).subscribe((draft) => (copied += draft?.items?.length ?? 0));
    expect(copied / deltas.join('').length).toBeLessThan(32);
  });

  it('fault 72: checks each part at most 17 times, however deep it lies', () => {
    let checks = 0;
    const Leaf = z.object({ id: z.number() }).refine(() => (checks += 1) > 0);
    const levels = 60;
    let nested: z.ZodType = Leaf;
    for (let level = 0; level < levels; level++) nested = z.object({ in: nested });
    of(...answerOf('{"in":'.repeat(levels) + '{"id":1}' + '}'.repeat(levels))).pipe(parseAnswer(nested)).subscribe();
    expect(checks).toBe(17);
  });

  it('fault 131: finds no fence in a text of blank lines, and takes no time for it', () => {
    const began = performance.now();
    let code = '';
    of(...answerOf('```' + '\n'.repeat(100_000))).pipe(parseAnswer(Items)).subscribe({ error: (error: unknown) => (code = (error as CompletionError).code) });
    expect([code, performance.now() - began < 500]).toEqual(['answer_schema', true]);
  });
});

describe('parseAnswer: types', () => {
  const schema = z.object({
    kind: z.enum(['a', 'b']),
    items: z.array(z.object({ name: z.string(), when: z.string().transform((text) => new Date(text)) })),
    byName: z.record(z.string(), z.number()),
    note: z.string().optional(),
  });
  const answer = parseAnswer(schema);
  const quiet: Observable<StreamEvent> = NEVER;

  it('come from the schema', () => {
    quiet.pipe(stripThink(), answer).subscribe((whole) => expectTypeOf(whole).toEqualTypeOf<z.output<typeof schema>>());
    quiet.pipe(answer.at('items.*')).subscribe((item) => expectTypeOf(item).toEqualTypeOf<{ name: string; when: Date }>());
    quiet.pipe(answer.at('items.*.when')).subscribe((when) => expectTypeOf(when).toEqualTypeOf<Date>());
    quiet.pipe(answer.at('byName.*')).subscribe((each) => expectTypeOf(each).toEqualTypeOf<number>());
    quiet.pipe(answer.at('note')).subscribe((note) => expectTypeOf(note).toEqualTypeOf<string>());
    quiet.pipe(answer.at('items.0.name')).subscribe((name) => expectTypeOf(name).toEqualTypeOf<string>());
    quiet.pipe(answer.partial()).subscribe((draft) => {
      expectTypeOf(draft?.kind).toEqualTypeOf<string | undefined>();
      expectTypeOf(draft?.items?.[0]?.when).toEqualTypeOf<string | undefined>();
    });
    quiet.pipe(parseAnswer({ type: 'object' })).subscribe((whole) => expectTypeOf(whole).toEqualTypeOf<unknown>());
    expect(() => {
      // @ts-expect-error no such field
      answer.at('itms.*');
    }).toThrow('did you mean `items`?');
  });
});

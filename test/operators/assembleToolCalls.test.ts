import fc from 'fast-check';
import { concatWith, from, of, throwError, type Observable } from 'rxjs';
import { CompletionError, defineTool, type FinishReason, type StreamEvent } from 'rx-completions';
import {
  accumulateText,
  assembleToolCalls,
  stripThink,
  type InvalidToolCall,
  type ToolCallEvent,
  type ToolCallUpdateEvent,
} from 'rx-completions/operators';
import { operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

/** The events of a source as the operator passes and adds them. */
const assemble = (
  events: readonly StreamEvent[],
  config?: Parameters<typeof assembleToolCalls>[0],
): readonly (StreamEvent | ToolCallEvent | ToolCallUpdateEvent)[] => {
  const seen: (StreamEvent | ToolCallEvent | ToolCallUpdateEvent)[] = [];
  of(...events)
    .pipe(assembleToolCalls(config))
    .subscribe((event) => seen.push(event));
  return seen;
};

const callsOf = (events: readonly StreamEvent[], config?: Parameters<typeof assembleToolCalls>[0]): readonly ToolCallEvent[] =>
  assemble(events, config).filter((event) => event.type === 'tool_call');

/** The calls of an answer that ends as it should. */
const callsOfWhole = (
  fragments: readonly StreamEvent[],
  config?: Parameters<typeof assembleToolCalls>[0],
): readonly ToolCallEvent[] => callsOf([start(), ...fragments, finish('tool_calls'), done('tool_calls')], config);

const weather = { name: 'weather', parameters: z.object({ city: z.string(), days: z.number().default(1) }) } as const;
const now = { name: 'now', parameters: { type: 'object', properties: { zone: { type: 'string' } } } } as const;

describe('assembleToolCalls: the operator contract', () => {
  for (const law of operatorContract(() => assembleToolCalls())) it(law.name, law.run);
  for (const law of operatorContract(() => assembleToolCalls({ partial: true }))) it(`${law.name}, with updates`, law.run);
});

describe('assembleToolCalls: when calls come out', () => {
  const events = {
    s: start(),
    a: toolDelta({ index: 0, id: 'c0', name: 'f' }, '{'),
    b: toolDelta({ index: 0 }, '"a":1}'),
    f: finish('tool_calls'),
    u: usageReport({ prompt_tokens: 1 }),
    d: done('tool_calls'),
  };
  const call: ToolCallEvent = {
    type: 'tool_call',
    choice: 0,
    index: 0,
    id: 'c0',
    callId: 'c0',
    name: 'f',
    args: '{"a":1}',
    input: { a: 1 },
    complete: true,
  };
  const values = { ...events, C: call };

  it('right before done, after finish and usage', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-a-b-f-u-d---|', events);
      const subscription = '^-------------!';
      const expected = '    s-a-b-f-u-(Cd)|';
      expectObservable(source.pipe(assembleToolCalls())).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('T-TC-11, T-TC-15: a fragment that comes after finish still joins', () =>
    marbles(({ hot, expectObservable }) => {
      const source = hot('  s-a-f-b-d---|', events);
      const expected = '    s-a-f-b-(Cd)|';
      expectObservable(source.pipe(assembleToolCalls())).toBe(expected, values);
    }));

  it('at completion where the source gives no done', () =>
    marbles(({ hot, expectObservable }) => {
      const source = hot('  s-a-b-f-|   ', events);
      const expected = '    s-a-b-f-(C|)';
      expectObservable(source.pipe(assembleToolCalls())).toBe(expected, values);
    }));

  it('never when the source fails', () =>
    marbles(({ hot, expectObservable }) => {
      const source = hot('  s-a-b-f-#', events);
      const expected = '    s-a-b-f-#';
      expectObservable(source.pipe(assembleToolCalls())).toBe(expected, values);
    }));

  it('from the last attempt only', () =>
    marbles(({ hot, expectObservable }) => {
      const source = hot('  s-x-y-s-a-b-f-d---|', { ...events, x: toolDelta({ index: 0, id: 'old' }, '{'), y: finish('length') });
      const expected = '    s-x-y-s-a-b-f-(Cd)|';
      const all = { ...values, x: toolDelta({ index: 0, id: 'old' }, '{'), y: finish('length') };
      expectObservable(source.pipe(assembleToolCalls())).toBe(expected, all);
    }));

  it('T-TC-11, fault 91: a beginning that is JSON by itself is not taken for the call', () => {
    const calls = callsOfWhole([
      toolDelta({ index: 0, id: 'c0', name: 'rm' }, '{"path":"/a"}'),
      toolDelta({ index: 1, id: 'c1', name: 'f' }, '{}'),
      toolDelta({ index: 0 }, ' '),
    ]);
    expect(calls.map(({ args }) => args)).toEqual(['{"path":"/a"} ', '{}']);
  });

  it('T-TC-19: once, however often the answer is said to be finished', () => {
    const fragment = toolDelta({ index: 0, id: 'c0', name: 'f' }, '{}');
    const events = [start(), fragment, finish('tool_calls'), finish('stop'), done(), done()];
    expect(callsOf(events)).toHaveLength(1);
  });

  it('T-TC-14, F13, F14: leaves every other event in its place', () => {
    const events = [
      start(),
      reasoning('hm'),
      text('A'),
      toolDelta({ index: 0, id: 'c0', name: 'f' }, '{"a":'),
      text('tail'),
      toolDelta({ index: 0 }, '1}'),
      text('B'),
      finish('tool_calls'),
      done('tool_calls'),
    ];
    const seen = assemble(events);
    expect(seen.filter(({ type }) => type !== 'tool_call')).toEqual(events);
    expect(seen.at(-2)).toMatchObject({ type: 'tool_call', input: { a: 1 } });
  });

  it('T-TC-18: leaves tool markup in text alone', () => {
    const events = [text('<tool_call>{"name":"f"}</tool_call>'), done()];
    expect(assemble(events)).toEqual(events);
  });
});

describe('assembleToolCalls: what a call is', () => {
  it('T-TC-02, T-TC-16, T-TC-24, fault 83: works without indices and ids', () => {
    expect(callsOfWhole([toolDelta({ name: 'f' }, '{"a":'), toolDelta({ id: '', name: '' }, '1}')])).toEqual([
      { type: 'tool_call', choice: 0, index: 0, callId: 'call_0_0', name: 'f', args: '{"a":1}', input: { a: 1 }, complete: true },
    ]);
  });

  it('T-TC-17, fault 84: is numbered from 0 without holes, in the order of the indices', () => {
    const calls = callsOfWhole([
      toolDelta({ index: 3, name: 'late' }, '{}'),
      toolDelta({ index: 1, name: 'early' }, '{}'),
    ]);
    expect(calls.map(({ index, name }) => [index, name])).toEqual([
      [0, 'early'],
      [1, 'late'],
    ]);
  });

  it('T-TC-01, fault 85: is ordered by arrival where indices are shared or missing', () => {
    const shared = [5, 0, 0].map((index, at) => toolDelta({ index, id: `c${at}`, name: `f${at}` }, '{}'));
    const missing = [1, undefined, 0].map((index, at) =>
      toolDelta({ ...(index !== undefined && { index }), id: `c${at}`, name: `f${at}` }, '{}'),
    );
    for (const fragments of [shared, missing])
      expect(callsOfWhole(fragments).map(({ name }) => name)).toEqual(['f0', 'f1', 'f2']);
  });

  it('T-TC-07: two objects under one index are two calls with ids of their own', () => {
    const calls = callsOfWhole([toolDelta({ index: 0, id: 'c0', name: 'f' }, '{"a":1}'), toolDelta({ index: 0 }, '{"a":2}')]);
    expect(calls.map(({ callId, id, name, input }) => ({ callId, id, name, input }))).toEqual([
      { callId: 'c0', id: 'c0', name: 'f', input: { a: 1 } },
      { callId: 'call_0_1', id: undefined, name: 'f', input: { a: 2 } },
    ]);
  });

  it('T-TC-10, F9: has a callId that is unique in the answer, beside the id the endpoint gave', () => {
    const calls = callsOf([
      toolDelta({ index: 0, id: 'call_0', name: 'a' }, '{}'),
      toolDelta({ index: 1, id: 'call_0', name: 'b' }, '{}'),
      toolDelta({ index: 2, name: 'c' }, '{}'),
      toolDelta({ index: 0, id: 'call_0', name: 'd' }, '{}', 1),
      toolDelta({ index: 1, id: 'call_0_1', name: 'e' }, '{}', 1),
      done(),
    ]);
    expect(calls.map(({ id }) => id)).toEqual(['call_0', 'call_0', undefined, 'call_0', 'call_0_1']);
    expect(calls.map(({ callId }) => callId)).toEqual(['call_0', 'call_0_1', 'call_0_2', 'call_1_0', 'call_1_1']);
  });

  it.each(['', ' \n', 'null'])('T-TC-09, fault 89: has the arguments {} when the endpoint sends %j', (args) => {
    expect(callsOfWhole([toolDelta({ index: 0, name: 'f' }, args)])).toMatchObject([{ args: '{}', input: {} }]);
  });

  it('T-TC-08, F12: keeps arguments that came whole', () => {
    expect(callsOfWhole([toolDelta({ name: 'f' }, JSON.stringify({ a: [1] }))])).toMatchObject([{ input: { a: [1] } }]);
  });

  it('T-TC-21: keeps extra fields verbatim', () => {
    const extra = { extra_content: { google: { thought_signature: 'abc' } } };
    const fragment = { type: 'tool_call_delta', choice: 0, name: 'f', delta: '{}', extra } as const;
    expect(callsOfWhole([fragment])).toMatchObject([{ extra }]);
  });

  it('T-TC-23: takes __proto__ and constructor for plain keys', () => {
    const [call] = callsOfWhole([toolDelta({ name: 'constructor' }, '{"__proto__":{"polluted":true}}')]);
    expect(JSON.stringify(call?.input)).toBe('{"__proto__":{"polluted":true}}');
    expect((call?.input as { polluted?: unknown }).polluted).toBeUndefined();
    expect(callsOfWhole([toolDelta({ name: 'constructor' }, '{}')], { tools: [weather] })).toMatchObject([
      { inputError: { message: 'no tool of this name was offered' } },
    ]);
  });

  it('T-TC-06: joins the pieces of an offered name', () => {
    const fragments = [toolDelta({ index: 0, name: 'wea' }), toolDelta({ index: 0, name: 'ther' }, '{"city":"Bern"}')];
    expect(callsOfWhole(fragments, { tools: [weather] })).toMatchObject([{ name: 'weather', input: { city: 'Bern', days: 1 } }]);
  });

  it('T-TC-20, fault 93: is complete though the endpoint said stop, and finish is left as it is', () => {
    const seen = assemble([toolDelta({ name: 'f' }, '{}'), finish('stop'), done('stop')]);
    expect(seen.slice(1)).toMatchObject([{ type: 'finish', reason: 'stop' }, { complete: true, input: {} }, { reason: 'stop' }]);
  });

  it('fault 94: a legacy call without id and index is a call', () => {
    expect(callsOfWhole([toolDelta({ name: 'f' }), toolDelta({}, '{'), toolDelta({}, '}')])).toMatchObject([{ name: 'f', input: {} }]);
  });

  it('is not made of fragments that said nothing', () => {
    expect(callsOfWhole([toolDelta({ index: 0 }), toolDelta({ index: 0 }, ' ')])).toEqual([]);
  });

  it('survives structuredClone and JSON', () => {
    const calls = callsOfWhole([toolDelta({ name: 'f' }, '{"a":1}'), toolDelta({ name: 'g' }, 'oops')]);
    expect(structuredClone(calls)).toEqual(calls);
    expect(JSON.parse(JSON.stringify(calls))).toEqual(calls);
  });
});

describe('assembleToolCalls: calls that must not be run', () => {
  const invalid = (args: string, name = 'weather'): ToolCallEvent | undefined =>
    callsOfWhole([toolDelta({ index: 0, name }, args)], { tools: [weather, now] })[0];

  it.each<readonly [string, string, string]>([
    ['fault 90: what is not JSON', '{"city":', 'the arguments are not valid JSON'],
    ['F12: an array', '[1]', 'the arguments are not a JSON object'],
    ['F12: an object inside a string', '"{}"', 'the arguments are not a JSON object'],
    ['what the schema refuses', '{"city":"Bern","days":"two"}', "the arguments do not fit the tool's schema: `days`: expected number"],
    ['fault 72: what is too deep', `{"a":${'['.repeat(256)}${']'.repeat(256)}}`, 'the arguments are nested deeper than 256 levels'],
  ])('%s has no input but an error, and keeps its text', (_, args, message) => {
    const call = invalid(args);
    expect(call).toMatchObject({ args, complete: true, inputError: { message } });
    expect(call).not.toHaveProperty('input');
  });

  it('takes arguments of 256 levels', () => {
    const args = `{"a":${'['.repeat(255)}${']'.repeat(255)}}`;
    expect(callsOfWhole([toolDelta({ name: 'f' }, args)])[0]?.inputError).toBeUndefined();
  });

  it('a tool that was not offered, or no tool at all', () => {
    expect(invalid('{}', 'rm')?.inputError).toEqual({ message: 'no tool of this name was offered' });
    expect(callsOfWhole([toolDelta({ id: 'c0' }, '{}')])[0]?.inputError).toEqual({ message: 'the call does not name a tool' });
  });

  it('fault 128: one without schema or tools is passed as parsed', () => {
    expect(callsOfWhole([toolDelta({ name: 'now' }, '{"zone":5}')], { tools: [now] })).toMatchObject([{ input: { zone: 5 } }]);
  });

  it.each<FinishReason>(['length', 'content_filter'])('T-TC-13, F11: every call of an answer cut by %s', (reason) => {
    const fragments = [toolDelta({ index: 0, id: 'a', name: 'f' }, '{"a":1}'), toolDelta({ index: 1, id: 'b', name: 'g' }, '{"b":')];
    for (const ends of [[finish(reason), done(reason)], [finish(reason), finish('stop'), done(reason)], [done(reason)]])
      for (const call of callsOf([start(), ...fragments, ...ends])) {
        expect(call).toMatchObject({ complete: false, inputError: { message: 'the answer ended before the call was whole' } });
        expect(call).not.toHaveProperty('input');
      }
    expect(callsOf([...fragments, finish(reason), done(reason)]).map(({ args }) => args)).toEqual(['{"a":1}', '{"b":']);
  });

  it('T-TC-13: every call of an answer that ends with neither finish nor done', () => {
    expect(callsOf([start(), toolDelta({ name: 'f' }, '{}')])).toMatchObject([{ complete: false }]);
  });

  it('a cut in one choice leaves the calls of another choice whole', () => {
    const fragments = [toolDelta({ name: 'f' }, '{}', 1), toolDelta({ name: 'f' }, '{}', 0)];
    const calls = callsOf([...fragments, finish('tool_calls', 0), finish('length', 1), done('tool_calls')]);
    expect(calls.map(({ choice, complete }) => [choice, complete])).toEqual([
      [0, true],
      [1, false],
    ]);
  });

  it('says nothing of the arguments in an error', () => {
    for (const args of ['{"city":"canary', '["canary"]', '{"city":1,"canary":"canary"}'])
      expect(invalid(args)?.inputError?.message).not.toContain('canary');
  });

  describe('tells what is to be mended', () => {
    const said = (parameters: object, args: string): string | undefined =>
      callsOfWhole([toolDelta({ name: 'f' }, args)], { tools: [{ name: 'f', parameters }] })[0]?.inputError?.message;

    it('by the place, and what belongs there', () => {
      const trip = z.object({ stops: z.array(z.strictObject({ nights: z.number().min(1), by: z.enum(['car', 'rail']) })), pay: z.union([z.string(), z.number()]) });
      expect(said(trip, '{"stops":[{"nights":2,"by":"car"},{"nights":0,"by":"canary","via":"canary"}],"pay":["canary"]}')).toBe(
        "the arguments do not fit the tool's schema: `stops[1].nights`: expected number to be >=1; `stops[1].by`: expected one of \"car\"|\"rail\"; " +
          '`stops[1]` has unknown fields: `via`; `pay` does not fit',
      );
      expect(said(z.object({ a: z.number() }).refine(() => false, 'must add up'), '{"a":1}')).toBe("the arguments do not fit the tool's schema: the arguments: must add up");
    });

    it('within bounds, and without keys', () => {
      const names = Array.from({ length: 100 }, (_, at) => `${'x'.repeat(1000)}${at}`);
      const many = said(z.record(z.string(), z.number()), JSON.stringify(Object.fromEntries(names.map((name) => [name, 'canary']))));
      expect(many?.length).toBeLessThan(2000);
      expect(many).not.toContain('canary');
      expect(said(z.strictObject({}), JSON.stringify(Object.fromEntries(names.map((name) => [name, 1]))))?.length).toBeLessThan(2000);
      expect(said(z.strictObject({}), '{"sk-proj-abcdefghijkl":1}')).not.toContain('abcdefgh');
    });

    it('by the place alone where a schema of another make may repeat the value', () => {
      const validate = (): unknown => ({ issues: [{ message: 'no "canary"', path: [{ key: 'a' }, 1], keys: 7 }] });
      expect(said({ '~standard': { vendor: 'own', version: 1, validate } }, '{"a":[]}')).toBe("the arguments do not fit the tool's schema: `a[1]` does not fit");
    });
  });

  it('has no input when its schema throws or answers later, and nobody is left to hear of it', async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    const toolThat = (validate: () => unknown) => ({ name: 'f', parameters: { '~standard': { version: 1, vendor: 'test', validate } } });
    const later = toolThat(() => Promise.reject(new Error('later')));
    const throwing = toolThat(() => {
      throw new Error('bug');
    });
    for (const tool of [later, throwing])
      expect(callsOfWhole([toolDelta({ name: 'f' }, '{}')], { tools: [tool] })[0]?.inputError?.message).toMatch(/^the tool's schema/);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });
});

describe('assembleToolCalls: limits and updates', () => {
  it('fault 86, fault 92: a limit passed is an error notification, and no call comes out', () => {
    const errors: unknown[] = [];
    const seen: string[] = [];
    const watch = (events: readonly StreamEvent[]) =>
      of(...events)
        .pipe(assembleToolCalls({ maxToolCalls: 2, maxToolInputBytes: 8 }))
        .subscribe({ next: ({ type }) => seen.push(type), error: (error: unknown) => errors.push(error) });
    watch([0, 1, 2].map((index) => toolDelta({ index, name: 'f' }, '{}')));
    watch([toolDelta({ index: 0, name: 'f' }, '{"a":'), toolDelta({ index: 0 }, '"long"}'), done()]);
    expect(errors).toMatchObject([{ code: 'limit' }, { code: 'limit' }]);
    expect(seen).toEqual(['tool_call_delta', 'tool_call_delta', 'tool_call_delta']);
  });

  it('has no limits of its own unless told: a call holds to its own, and one raised there must not be refused here', () => {
    const calls = Array.from({ length: 129 }, (_, index) => toolDelta({ index, name: 'f' }, '{}'));
    expect(callsOfWhole(calls)).toHaveLength(129);
    const [large] = callsOfWhole([toolDelta({ name: 'f' }, `{"a":"${'x'.repeat(2 * 1024 * 1024)}"}`)]);
    expect(large?.inputError).toBeUndefined();
  });

  it('follows each fragment with the call so far when asked to', () => {
    const fragments = [toolDelta({ index: 0, name: 'wea' }), toolDelta({ index: 0, name: 'ther' }, '{'), toolDelta({ index: 0 }, '}')];
    const updates = assemble([...fragments, done()], { tools: [weather], partial: true });
    expect(updates.slice(0, 6)).toEqual([
      fragments[0],
      { type: 'tool_call_update', choice: 0, callId: 'call_0_0', name: 'wea', args: '', delta: '' },
      fragments[1],
      { type: 'tool_call_update', choice: 0, callId: 'call_0_0', name: 'weather', args: '{', delta: '{' },
      fragments[2],
      { type: 'tool_call_update', choice: 0, callId: 'call_0_0', name: 'weather', args: '{}', delta: '}' },
    ]);
    expect(updates.at(-2)).toMatchObject({ type: 'tool_call', callId: 'call_0_0' });
  });

  it('is linear: 8 MB in 16 KB fragments and 200,000 fragments of one character, with updates', () => {
    const lengthOf = (fragment: string, times: number): number => {
      const fragments = Array.from({ length: times }, () => toolDelta({ index: 0 }, fragment));
      let length = 0;
      from([toolDelta({ index: 0, name: 'f' }, '{"a":"'), ...fragments, toolDelta({ index: 0 }, '"}'), done()])
        .pipe(assembleToolCalls({ partial: true, maxToolInputBytes: 16 * 1024 * 1024 }))
        .subscribe((event) => {
          if (event.type === 'tool_call') length = event.args.length;
        });
      return length;
    };
    // Quadratic code would take minutes; the test's own time limit is the bound.
    expect(lengthOf('x'.repeat(16_384), 512)).toBe(8 + 512 * 16_384);
    expect(lengthOf('x', 200_000)).toBe(200_008);
  });
});

describe('assembleToolCalls: laws', () => {
  const cut = (whole: string, cuts: readonly number[]): string[] => {
    const at = [...cuts.map((one) => Math.floor(one * (whole.length + 1))), whole.length].sort((a, b) => a - b);
    return at.map((end, place) => whole.slice(at[place - 1] ?? 0, end));
  };
  const cuts = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 5 });
  const input = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
  const calls = fc.array(fc.record({ choice: fc.nat(1), input, cuts, again: cuts }), { maxLength: 5 });
  const fragmentsOf = (all: readonly { choice: number; input: object; cuts: readonly number[] }[]): StreamEvent[] =>
    all.flatMap((call, index) => [
      toolDelta({ index, id: `c${index}`, name: `f${index}` }, '', call.choice),
      ...cut(JSON.stringify(call.input), call.cuts).map((delta) => toolDelta({ index }, delta, call.choice)),
    ]);

  it('cutting: fragments cut otherwise give the same calls', () => {
    fc.assert(
      fc.property(calls, (all) => {
        const recut = all.map((call) => ({ ...call, cuts: call.again }));
        expect(callsOfWhole(fragmentsOf(recut))).toEqual(callsOfWhole(fragmentsOf(all)));
      }),
      { numRuns: 1000 },
    );
  });

  it('conservation: every character of the arguments comes out once, and every other event as it was', () => {
    fc.assert(
      fc.property(calls, (all) => {
        const events = [start(), ...fragmentsOf(all), done()];
        const seen = assemble(events);
        expect(seen.filter(({ type }) => type !== 'tool_call')).toEqual(events);
        for (const choice of [0, 1]) {
          const expected = all.filter((call) => call.choice === choice).map((call) => JSON.stringify(call.input));
          const given = seen.filter((event) => event.type === 'tool_call').filter((call) => call.choice === choice);
          expect(given.map(({ args }) => args)).toEqual(expected);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('rollback: the calls are those of the last attempt alone, whatever failed attempts left behind', () => {
    fc.assert(
      fc.property(fc.array(calls, { minLength: 1, maxLength: 4 }), fc.constantFrom<FinishReason>('stop', 'length'), (attempts, reason) => {
        const last = [start(), ...fragmentsOf(attempts.at(-1)!), finish(reason), done(reason)];
        const before = attempts.slice(0, -1).flatMap((all) => [start(), ...fragmentsOf(all), finish('length')]);
        expect(callsOf([...before, ...last])).toEqual(callsOf(last));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('assembleToolCalls: types', () => {
  it('infers its events in any place of a pipe', () => {
    const events: Observable<StreamEvent> = of(done());
    expectTypeOf(events.pipe(assembleToolCalls(), stripThink())).toEqualTypeOf<Observable<StreamEvent | ToolCallEvent>>();
    expectTypeOf(events.pipe(stripThink(), assembleToolCalls())).toEqualTypeOf<Observable<StreamEvent | ToolCallEvent>>();
    expectTypeOf(events.pipe(assembleToolCalls(), accumulateText())).toEqualTypeOf<Observable<string>>();
    expectTypeOf(events.pipe(assembleToolCalls({ partial: true }))).toEqualTypeOf<
      Observable<StreamEvent | ToolCallEvent | ToolCallUpdateEvent>
    >();
    expectTypeOf(events.pipe(assembleToolCalls({ tools: [], partial: false }))).not.toEqualTypeOf<
      Observable<StreamEvent | ToolCallEvent | ToolCallUpdateEvent>
    >();
  });

  it('types the input by the name of the tool', () => {
    of(done())
      .pipe(assembleToolCalls({ tools: [weather, now] }))
      .subscribe((event) => {
        if (event.type !== 'tool_call') return;
        if (event.inputError !== undefined) {
          expectTypeOf(event).toEqualTypeOf<InvalidToolCall>();
          return;
        }
        expectTypeOf(event.complete).toEqualTypeOf<true>();
        expectTypeOf(event.name).toEqualTypeOf<'weather' | 'now'>();
        if (event.name === 'weather') expectTypeOf(event.input).toEqualTypeOf<{ city: string; days: number }>();
        else expectTypeOf(event.input).toEqualTypeOf<Record<string, unknown>>();
        // @ts-expect-error -- no tool of this name was declared
        expect(event.name === 'rm').toBe(false);
      });
  });

  it('types the input of the tools a context declares', () => {
    const tools = [
      defineTool({ name: 'weather', parameters: z.object({ city: z.string() }) }),
      defineTool({ name: 'now', parameters: { type: 'object' } }),
    ] as const;
    of(done())
      .pipe(assembleToolCalls({ tools }))
      .subscribe((event) => {
        if (event.type !== 'tool_call' || event.inputError !== undefined) return;
        if (event.name === 'weather') expectTypeOf(event.input).toEqualTypeOf<{ city: string }>();
        else expectTypeOf(event.input).toEqualTypeOf<Record<string, unknown>>();
      });
  });

  it('keeps the names of tools declared in place', () => {
    const calls = of(done()).pipe(
      assembleToolCalls({ tools: [{ name: 'add', parameters: z.object({ a: z.number() }) }, { name: 'now' }] }),
    );
    calls.subscribe((event) => {
      if (event.type !== 'tool_call' || event.inputError !== undefined) return;
      expectTypeOf(event.name).toEqualTypeOf<'add' | 'now'>();
      if (event.name === 'add') expectTypeOf(event.input).toEqualTypeOf<{ a: number }>();
    });
  });

  it('refuses an input before its error is ruled out, and options that do not exist', () => {
    of(done())
      .pipe(assembleToolCalls({ tools: [weather] }))
      .subscribe((event) => {
        // @ts-expect-error -- the call may be invalid, and then it has no input
        if (event.type === 'tool_call') expect(event.input.city).toBeDefined();
      });
    // @ts-expect-error -- a tool has a name
    assembleToolCalls({ tools: [{ parameters: {} }] });
    // @ts-expect-error -- no such option
    expect(() => assembleToolCalls({ eager: true })).toThrow(CompletionError);
  });

  it('takes a source of any events and any kind', () => {
    const odd = assembleToolCalls()([{ type: 'mine', value: 1 } as const]);
    expectTypeOf(odd).toEqualTypeOf<Observable<{ readonly type: 'mine'; readonly value: 1 } | ToolCallEvent>>();
    odd.pipe(concatWith(throwError(() => new Error('unused')))).subscribe({ error: () => undefined });
  });
});

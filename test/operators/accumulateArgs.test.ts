import fc from 'fast-check';
import { from, of } from 'rxjs';
import { defineTool, type StreamEvent } from 'rx-completions';
import { accumulateArgs, assembleToolCalls, stripThink, type AccumulateArgsConfig, type ArgsSoFar } from 'rx-completions/operators';
import { operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { done, finish, start, text, toolDelta } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const shown = (events: readonly StreamEvent[], config?: AccumulateArgsConfig): ArgsSoFar[] => {
  const seen: ArgsSoFar[] = [];
  of(...events)
    .pipe(accumulateArgs(config))
    .subscribe((args) => seen.push(args));
  return seen;
};

const values = (events: readonly StreamEvent[], config?: AccumulateArgsConfig): unknown[] =>
  shown(events, config).map(({ value, complete }) => (complete ? [value] : value));

const call = (...deltas: readonly string[]): StreamEvent[] =>
  deltas.map((delta, at) => toolDelta(at === 0 ? { index: 0, id: 'c0', name: 'f' } : { index: 0 }, delta));

const ended = [finish('tool_calls'), done('tool_calls')];

describe('accumulateArgs: the operator contract', () => {
  for (const law of operatorContract(() => accumulateArgs())) it(law.name, law.run);
});

describe('accumulateArgs', () => {
  it('T-SO-02: shows what is certain whenever more of it is, and the whole at done', () => {
    const of0 = { choice: 0, callId: 'c0', name: 'weather' } as const;
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const [a, b, c] = ['{"city":"Be', 'rn","days":1', '2}'].map((delta) => toolDelta({ id: 'c0', name: 'weather' }, delta));
      const source = hot('  s-a-b-c-f-d---|', { s: start(), a, b, c, f: finish('tool_calls'), d: done('tool_calls') } as Record<string, StreamEvent>);
      const subscription = '^-------------!';
      const expected = '    --a-b-c---d---|';
      expectObservable(source.pipe(accumulateArgs())).toBe(expected, {
        a: { ...of0, value: { city: 'Be' }, complete: false },
        b: { ...of0, value: { city: 'Bern' }, complete: false },
        c: { ...of0, value: { city: 'Bern', days: 12 }, complete: false },
        d: { ...of0, value: { city: 'Bern', days: 12 }, complete: true },
      });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    });
  });

  it('T-SO-07: shows nothing where nothing has changed', () => {
    expect(values(call(' ', '{', '"a"', ':', ' tr', 'ue', ' ', '}', ' '))).toEqual([{}, { a: true }]);
  });

  it('keeps the calls of an answer apart', () => {
    const events = [
      toolDelta({ index: 0, id: 'x', name: 'f' }, '{"a":"1'),
      toolDelta({ index: 1, id: 'y', name: 'g' }, '{"b":"2'),
      toolDelta({ index: 0 }, '1"}'),
      toolDelta({ index: 1 }, '2"}'),
    ];
    expect(shown([...events, ...ended]).map(({ callId, value, complete }) => [callId, value, complete])).toEqual([
      ['x', { a: '1' }, false],
      ['y', { b: '2' }, false],
      ['x', { a: '11' }, false],
      ['y', { b: '22' }, false],
      ['x', { a: '11' }, true],
      ['y', { b: '22' }, true],
    ]);
  });

  it('says at a start that what it showed is void', () => {
    const events = [start(), ...call('{"a":"x'), start(2), ...call('{"b":1}'), ...ended];
    expect(values(events)).toEqual([{ a: 'x' }, undefined, { b: 1 }, [{ b: 1 }]]);
    expect(values([start(), toolDelta({ id: 'c0', name: 'f' }), start(2)])).toEqual([]);
  });

  it('T-TC-11: calls nothing complete before done, nor where the answer was cut', () => {
    expect(values(call('{"a":1}'))).toEqual([{ a: 1 }]);
    expect(values([...call('{"a":1}'), finish('length'), done('length')])).toEqual([{ a: 1 }]);
    expect(values([...call('{"a":1}'), finish('tool_calls')])).toEqual([{ a: 1 }, [{ a: 1 }]]);
    expect(values([...call('{"a":1'), ...ended])).toEqual([{}]);
  });

  it('takes nothing, blanks and null for no arguments', () => {
    for (const blank of ['', ' ', 'null', ' null ']) expect(values([...call(blank), ...ended])).toEqual([[{}]]);
  });

  it('leaves what is no JSON object as it was', () => {
    expect(values([...call('{"a":1,', 'oops}'), ...ended])).toEqual([{ a: 1 }]);
    expect(values([...call('["a"]'), ...ended])).toEqual([]);
    expect(values([...call('"text"'), ...ended])).toEqual([]);
    expect(values([...call('{"a":1} {'), ...ended])).toEqual([{ a: 1 }]);
  });

  it('leaves out the calls of other tools, and of other choices', () => {
    const events = [...call('{"a":1}'), toolDelta({ id: 'd', name: 'g' }, '{"b":1}', 1), ...ended, finish('tool_calls', 1)];
    expect(shown(events, { tools: [{ name: 'g' }] }).map(({ name }) => name)).toEqual(['g', 'g']);
    expect(shown(events, { choice: 0 }).map(({ name }) => name)).toEqual(['f', 'f']);
  });

  it('law: ends with what assembleToolCalls gives, however the arguments are cut', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 1, max: 9 }), (input, length) => {
        const args = JSON.stringify(input);
        const pieces = Array.from({ length: Math.ceil(args.length / length) }, (_, at) => args.slice(at * length, (at + 1) * length));
        const events = [start(), ...call(...pieces), ...ended];
        const whole: unknown[] = [];
        of(...events)
          .pipe(assembleToolCalls())
          .subscribe((event) => event.type === 'tool_call' && whole.push([event.callId, event.input]));
        expect(shown(events).filter(({ complete }) => complete).map(({ callId, value }) => [callId, value])).toEqual(whole);
      }),
    );
  });

  it('copies no more than in proportion to the arguments, however long a list becomes', () => {
    const deltas = ['{"list":[0', ...Array.from({ length: 64_000 }, (_, at) => `,${at}`), ']}'];
    let copied = 0;
    let last: unknown;
    from(call(...deltas))
      .pipe(accumulateArgs())
      .subscribe(({ value }) => {
        last = value;
        copied += (value?.['list'] as readonly unknown[] | undefined)?.length ?? 0;
      });
    expect(last).toHaveProperty('list.length', 64_001);
    expect(copied / deltas.join('').length).toBeLessThan(32);
  });
});

describe('accumulateArgs: types', () => {
  const weather = defineTool({ name: 'weather', parameters: z.object({ city: z.string(), days: z.array(z.object({ high: z.number() })) }) });
  const clock = defineTool({ name: 'clock', parameters: { type: 'object' } });

  it('come from the tools, with everything optional', () => {
    const args = of(text('x')).pipe(stripThink(), accumulateArgs({ tools: [weather, clock] }));
    args.subscribe((seen) => {
      expectTypeOf(seen.name).toEqualTypeOf<'weather' | 'clock'>();
      if (seen.name !== 'weather') return;
      expectTypeOf(seen.value).toEqualTypeOf<
        { readonly city?: string; readonly days?: readonly { readonly high?: number }[] } | undefined
      >();
    });
    of<StreamEvent>(start())
      .pipe(accumulateArgs())
      .subscribe((seen) => {
        expectTypeOf(seen.name).toEqualTypeOf<string>();
        expectTypeOf(seen.value).toEqualTypeOf<Readonly<Record<string, unknown>> | undefined>();
        // @ts-expect-error nobody knows the arguments
        expect(seen.value?.['city'].length).toBe(0);
      });
  });
});

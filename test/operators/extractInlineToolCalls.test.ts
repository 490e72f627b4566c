import fc from 'fast-check';
import { from, Subject, type Observable } from 'rxjs';
import { CompletionError, defineTool, type StreamEvent, type ToolCallDeltaEvent } from 'rx-completions';
import { assembleToolCalls, extractInlineToolCalls, type ExtractInlineToolCallsConfig, stripThink, type ToolCallEvent, verifyEvents } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

const extract = (source: Iterable<StreamEvent>, config?: ExtractInlineToolCallsConfig): StreamEvent[] => {
  const seen: StreamEvent[] = [];
  from(source).pipe(extractInlineToolCalls(config)).subscribe((event) => seen.push(event));
  return seen;
};

/** Text, or what a call holds: its name, its arguments and its id. */
type Run = string | readonly string[];

/** Text and calls in order, pieces of text joined. */
const runs = (events: Iterable<StreamEvent>): Run[] => {
  const joined: Run[] = [];
  for (const event of events) {
    if (event.type === 'tool_call_delta')
      joined.push([event.name ?? '', event.delta, ...(event.id === undefined ? [] : [event.id])]);
    if (event.type !== 'text_delta') continue;
    const last = joined.at(-1);
    if (typeof last === 'string') joined[joined.length - 1] = last + event.delta;
    else joined.push(event.delta);
  }
  return joined;
};

const split = (whole: string, config?: ExtractInlineToolCallsConfig): Run[] => runs(extract([text(whole)], config));

const HERMES = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';


describe('extractInlineToolCalls', () => {
  describe('over time', () => {
    it('T-TC-18: turns markup into a call as soon as it is whole, and the reason with it', () =>
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const events = { s: start(), u: usageReport({}), f: finish(), d: done() };
        const pieces = { t: text('Ok <tool'), v: text('_call>{"name":"f","arguments":{}}</tool'), w: text('_call>!') };
        const source = hot('  s-t-u-v-w---f-(d|)', { ...events, ...pieces });
        const subscription = '^-------------!';
        const expected = '    s-a-u---(cx)g-(h|)';
        expectObservable(source.pipe(extractInlineToolCalls())).toBe(expected, {
          ...events,
          a: text('Ok '),
          c: toolDelta({ index: 0, name: 'f' }, '{}'),
          x: text('!'),
          g: { type: 'finish', choice: 0, reason: 'tool_calls', rawReason: 'stop' },
          h: done('tool_calls'),
        });
        expectSubscriptions(source.subscriptions).toBe(subscription);
      }));

    it('releases markup that was not closed as text, at completion', () =>
      marbles(({ hot, expectObservable }) => {
        const source = hot('  s-t-|   ', { s: start(), t: text('<tool_call>{"name":') });
        const expected = '    s---(t|)';
        expectObservable(source.pipe(extractInlineToolCalls())).toBe(expected, { s: start(), t: text('<tool_call>{"name":') });
      }));

    it('does not release what it holds on error', () =>
      marbles(({ hot, expectObservable }) => {
        const source = hot('  s-t-#', { s: start(), t: text('<tool_call>{"name":') });
        const expected = '    s---#';
        expectObservable(source.pipe(extractInlineToolCalls())).toBe(expected, { s: start() });
      }));
  });

  describe('T-TC-18: reads', () => {
    const DEEPSEEK = (...calls: string[]): string =>
      `<｜tool▁calls▁begin｜>${calls.map((call) => `<｜tool▁call▁begin｜>${call}<｜tool▁call▁end｜>`).join('\n')}<｜tool▁calls▁end｜>`;

    const written: readonly (readonly [what: string, markup: string, calls: readonly (readonly string[])[]])[] = [
      ['hermes', HERMES, [['f', '{"a": 1}']]],
      ['hermes, a list', '<tool_call>[{"name":"f","arguments":{}},{"name":"g"}]</tool_call>', [['f', '{}'], ['g', '']]],
      ['hermes, arguments as text', '<tool_call>{"arguments":"{\\"a\\":1}","name":"f"}</tool_call>', [['f', '{"a":1}']]],
      ['hermes, with its own tag in a value', '<tool_call>{"name":"f","arguments":{"a":"</tool_call>"}}</tool_call>', [['f', '{"a":"</tool_call>"}']]],
      ['hermes, with all digits', '<tool_call>{"name":"f","arguments":{"n":12345678901234567890}}</tool_call>', [['f', '{"n":12345678901234567890}']]],
      ['qwen', '<tool_call>\n<function=f>\n<parameter=a>\n1\n</parameter>\n<parameter=b>\nx\ny\n</parameter>\n</function>\n</tool_call>', [['f', '{"a":"1","b":"x\\ny"}']]],
      ['qwen without the outer tag', '<function=f><parameter=a>1</parameter></function>', [['f', '{"a":"1"}']]],
      ['qwen without arguments', '<function=f></function>', [['f', '{}']]],
      ['mistral', '[TOOL_CALLS][{"name":"f","arguments":{"a":1},"id":"abc"},{"name":"g","arguments":{}}]', [['f', '{"a":1}', 'abc'], ['g', '{}']]],
      ['mistral, later templates', '[TOOL_CALLS]f[ARGS]{"a":1}[TOOL_CALLS]g{}', [['f', '{"a":1}'], ['g', '{}']]],
      ['mistral with an id', '[TOOL_CALLS]f[CALL_ID]x1[ARGS]{}', [['f', '{}', 'x1']]],
      ['llama', '<|python_tag|>{"name":"f","parameters":{"a":1}}; {"name":"g","parameters":{}}<|eom_id|>', [['f', '{"a":1}'], ['g', '{}']]],
      [
        'kimi',
        '<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a":1}<|tool_call_end|>' +
          '<|tool_call_begin|>functions.g:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>',
        [
          ['f', '{"a":1}', 'functions.f:0'],
          ['g', '{}', 'functions.g:1'],
        ],
      ],
      ['kimi without a section', '<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}<|tool_call_end|>', [['f', '{}', 'functions.f:0']]],
      ['deepseek', DEEPSEEK('f<｜tool▁sep｜>{"a":1}', 'g<｜tool▁sep｜>{}'), [['f', '{"a":1}'], ['g', '{}']]],
      ['deepseek R1', DEEPSEEK('function<｜tool▁sep｜>f\n```json\n{"a":1}\n```'), [['f', '{"a":1}']]],
    ];

    it.each(written)('%s', (_, markup, calls) => {
      expect(split(markup)).toEqual(calls);
      expect(split(`Ok ${markup} done`)).toEqual(['Ok ', ...calls, ' done']);
      expect(runs(extract(markup.split('').map((piece) => text(piece))))).toEqual(calls);
    });

    it.each(written)('%s: each beginning of it is text, or a call and text', (_, markup, calls) => {
      for (let length = 1; length < markup.length; length += 1) {
        const seen = split(markup.slice(0, length));
        const whole = seen.filter((run) => typeof run !== 'string');
        expect(calls.slice(0, whole.length)).toEqual(whole);
        const kept = seen.filter((run) => typeof run === 'string').join('');
        expect(markup.slice(0, length).endsWith(kept)).toBe(true);
        if (whole.length === 0) expect(kept).toBe(markup.slice(0, length));
      }
    });

    it('only the dialect it is given', () => {
      const both = `${HERMES}[TOOL_CALLS]f{}`;
      expect(split(both, { dialect: 'mistral' })).toEqual([HERMES, ['f', '{}']]);
      expect(split(both, { dialect: ['hermes'] })).toEqual([['f', '{"a": 1}'], '[TOOL_CALLS]f{}']);
      expect(split(both, { dialect: [] })).toEqual([both]);
      expect(split('<tool_call><function=f></function></tool_call>', { dialect: 'hermes' })).toEqual([
        '<tool_call><function=f></function></tool_call>',
      ]);
    });

    it('the values of qwen as the schema of the tool has them', () => {
      const fields = { n: '5', s: '5', b: 'True', l: '[1, 2]', x: 'null', o: 'null', q: 'five' };
      const written = Object.entries(fields).map(([name, value]) => `<parameter=${name}>${value}</parameter>`);
      const markup = `<function=f>${written.join('')}</function>`;
      const shape = z.object({
        n: z.number(),
        s: z.string(),
        b: z.boolean(),
        l: z.array(z.number()),
        x: z.string(),
        o: z.string().nullable(),
        q: z.number(),
      });
      const args = '{"n":5,"s":"5","b":true,"l":[1, 2],"x":"null","o":null,"q":"five"}';
      for (const parameters of [shape, z.toJSONSchema(shape)])
        expect(split(markup, { tools: [defineTool({ name: 'f', parameters })] })).toEqual([['f', args]]);
      expect(split(markup, { tools: [{ name: 'f', parameters: {} }] })).toEqual([['f', JSON.stringify(fields)]]);
    });
  });

  describe('leaves as text', () => {
    it.each([
      'Write `<tool_call>` before it',
      '<tool_call>',
      '<tool_call>{"name":"f"}',
      '<tool_call>{"name":"f"} </tool>',
      '<tool_call>{"arguments":{}}</tool_call>',
      '<tool_call>{"name":""}</tool_call>',
      '<tool_call>{"name":f}</tool_call>',
      '<tool_call>[]</tool_call>',
      '<tool_call>[{"name":"f"},1]</tool_call>',
      '<tool_call>{"name":"f" <b>',
      '<function=',
      '<function=f',
      '<function=f>text</function>',
      '<function=f><parameter=a>1</parameter>',
      '[TOOL_CALLS] are what Mistral writes',
      '<|python_tag|>print("hi")',
      '<|tool_calls_section_begin|><|tool_calls_section_end|>',
      '<|tool_calls_section_begin|><|tool_call_begin|>f<|tool_calls_section_end|>',
      '<｜tool▁calls▁begin｜><｜tool▁calls▁end｜>',
      `<tool_call>${'['.repeat(300)}${']'.repeat(300)}</tool_call>`,
    ])('%s', (markup) => {
      expect(split(markup)).toEqual([markup]);
      expect(runs(extract(markup.split('').map((piece) => text(piece))))).toEqual([markup]);
    });

    it('what was read before it ceased to be markup, however it is cut', () => {
      const markup = '<tool_call>{"a":"[TOOL_CALLS]f{}" <';
      expect(split(markup)).toEqual([markup]);
      expect(runs(extract(markup.split('').map((piece) => text(piece))))).toEqual([markup]);
    });

    it('what ceases to be markup, and finds a call behind it', () => {
      expect(split(`<tool_call>{"name": ${HERMES}`)).toEqual(['<tool_call>{"name": ', ['f', '{"a": 1}']]);
      expect(split(`<tool_call>\n${HERMES}`)).toEqual(['<tool_call>\n', ['f', '{"a": 1}']]);
    });

    it('markup longer than it may hold', () => {
      const config = { maxMarkupLength: HERMES.length + 1 };
      expect(split(HERMES, config)).toEqual([['f', '{"a": 1}']]);
      expect(split(HERMES, { maxMarkupLength: HERMES.length - 1 })).toEqual([HERMES]);
      const long = `<tool_call>{"name":"${'x'.repeat(100)}"}</tool_call>`;
      expect(split(`${long}${HERMES}`, config)).toEqual([long, ['f', '{"a": 1}']]);
    });

    it('the same events, where there is no markup', () => {
      const events = [start(), text('a < b'), text(' and c'), finish(), done()];
      const seen = extract(events);
      seen.forEach((event, index) => expect(event).toBe(events[index]));
    });
  });

  describe('among other events', () => {
    const reasons = (events: Iterable<StreamEvent>): unknown[] =>
      [...events].flatMap((event) => (event.type === 'finish' ? [[event.reason, event.rawReason]] : event.type === 'done' ? [[event.reason]] : []));

    it('T-TC-20: says tool_calls where the endpoint said stop or nothing known, and nowhere else', () => {
      expect(reasons(extract([text(HERMES), finish('unknown'), done('unknown')]))).toEqual([['tool_calls', 'unknown'], ['tool_calls']]);
      expect(reasons(extract([text(HERMES), finish('length'), done('length')]))).toEqual([['length', 'length'], ['length']]);
      expect(reasons(extract([text('<tool_call>'), finish(), done()]))).toEqual([['stop', 'stop'], ['stop']]);
      const second = [text('a'), text(HERMES, 1), finish('stop', 1), finish(), done()];
      expect(reasons(extract([text('a'), finish(), start(2), ...second.slice(1, 3), done()])).at(-1)).toEqual(['tool_calls']);
      expect(reasons(extract(second))).toEqual([['tool_calls', 'stop'], ['stop', 'stop'], ['stop']]);
    });

    it('makes calls that assembleToolCalls reads and types', () => {
      const tools = [defineTool({ name: 'f', parameters: z.object({ a: z.number() }) })] as const;
      const seen: (StreamEvent | ToolCallEvent<typeof tools>)[] = [];
      from([start(), text(`<think>hm</think>${HERMES}\n${HERMES}`), finish(), done()])
        .pipe(stripThink(), extractInlineToolCalls({ tools }), assembleToolCalls({ tools }), verifyEvents())
        .subscribe((event) => seen.push(event));
      const calls = seen.flatMap((event) => (event.type === 'tool_call' ? [[event.index, event.input, event.complete]] : []));
      expect(calls).toEqual([
        [0, { a: 1 }, true],
        [1, { a: 1 }, true],
      ]);
    });

    it('numbers its calls behind those of the endpoint', () => {
      const seen = extract([toolDelta({ index: 4, id: 'x', name: 'g' }, '{}'), text(HERMES), text(HERMES, 1)]);
      expect(seen.slice(1)).toMatchObject([{ index: 5, choice: 0 }, { index: 0, choice: 1 }]);
    });

    it('lets pass what may come between the pieces of a text, and ends the markup at any other part', () => {
      const [head, tail] = [HERMES.slice(0, 20), HERMES.slice(20)];
      for (const between of [reasoning('r'), usageReport({}), text('x', 1), finish('stop', 1)])
        expect(runs(extract([text(head), between, text(tail)]).filter((event) => event !== between))).toEqual([['f', '{"a": 1}']]);
      for (const part of [toolDelta({ index: 0, name: 'g' }), finish(), done()])
        expect(extract([text(head), part])).toEqual([text(head), part]);
    });

    it('voids what it holds at a start', () => {
      const seen = extract([text(HERMES), text('<tool_call>{'), start(2), text('"name":"f"}'), finish(), done()]);
      expect(seen.slice(1)).toEqual([start(2), text('"name":"f"}'), finish(), done()]);
    });

    it('passes an answer that keeps the grammar of events on as one', () => {
      const seen: StreamEvent[] = [];
      from([start(), text(`a${HERMES}`), text('<tool_c', 1), finish(), finish('stop', 1), done()])
        .pipe(extractInlineToolCalls(), verifyEvents())
        .subscribe((event) => seen.push(event));
      expect(seen.at(-1)).toEqual(done('tool_calls'));
    });

    it('bounds the calls of one choice, and begins to count anew at a start', () => {
      const made = (events: readonly StreamEvent[], config?: ExtractInlineToolCallsConfig): { calls: number; error?: unknown } => {
        let calls = 0;
        let failure: unknown;
        from(events).pipe(extractInlineToolCalls(config)).subscribe({
          next: ({ type }) => (calls += Number(type === 'tool_call_delta')),
          error: (error: unknown) => (failure = error),
        });
        return failure === undefined ? { calls } : { calls, error: failure };
      };
      const two = [text(HERMES), text(HERMES)];
      expect(made([...two, text(HERMES, 1)], { maxToolCalls: 2 })).toEqual({ calls: 3 });
      expect(made([start(), ...two, start(2), ...two], { maxToolCalls: 2 })).toEqual({ calls: 4 });
      expect(made([...two, text(HERMES)], { maxToolCalls: 2 })).toMatchObject({ calls: 2, error: { code: 'limit' } });
      expect(made([text(HERMES.repeat(128))])).toEqual({ calls: 128 });
      const { calls, error } = made([text(HERMES.repeat(129))]);
      expect(calls).toBe(128);
      expect(error).toBeInstanceOf(CompletionError);
      expect(error).toMatchObject({ code: 'limit', committed: true, retryable: false });
    });

    it('refuses a dialect nobody speaks, and a bound that is none', () => {
      const refused = (config: unknown): unknown => {
        try {
          return extractInlineToolCalls(config as ExtractInlineToolCallsConfig);
        } catch (error) {
          return error instanceof CompletionError ? error.code : error;
        }
      };
      expect(refused({ dialect: 'klingon' })).toBe('config');
      expect(refused({ dialect: ['hermes', 'klingon'] })).toBe('config');
      expect(refused({ maxMarkupLength: 0 })).toBe('config');
      expect(refused({ maxMarkupLength: Number.NaN })).toBe('config');
      expect(refused({ maxToolCalls: 0 })).toBe('config');
    });
  });

  describe('laws', () => {
    const fragments = [
      HERMES, '<tool_call>', '</tool_call>', '<function=f>', '</function>', '<parameter=a>', '</parameter>', '[TOOL_CALLS]', '[ARGS]',
      '<|python_tag|>', '<|eom_id|>', ';', '<|tool_calls_section_begin|>', '<|tool_calls_section_end|>', '<|tool_call_begin|>',
      '<|tool_call_argument_begin|>', '<|tool_call_end|>', '<｜tool▁calls▁begin｜>', '<｜tool▁call▁begin｜>', '<｜tool▁sep｜>',
      '<｜tool▁call▁end｜>', '<｜tool▁calls▁end｜>', '{"name":"f","arguments":{}}', '[{"name":"g"}]', '{', '}', '[', ']', '"', '\\', '<', ' ', '\n',
      'f', 'functions.f:0', '😀',
    ];
    const whole = fc.array(fc.constantFrom(...fragments), { maxLength: 16 }).map((pieces) => pieces.join(''));
    const { splits } = arbitraries(fc);
    const cut = whole.chain((answer) => splits(answer).map((pieces) => ({ answer, pieces })));
    const config = fc.record({ maxMarkupLength: fc.constantFrom(30, 60, 2 ** 20) }, { requiredKeys: [] });

    it('law of cutting: any cut of the text gives the same text and calls', () => {
      fc.assert(
        fc.property(cut, config, ({ answer, pieces }, options) => {
          expect(runs(extract(pieces.map((piece) => text(piece)), options))).toEqual(split(answer, options));
        }),
        { numRuns: 2000 },
      );
    });

    it('law of conservation: without a call every character comes out, else what comes out is a part of what went in, in order', () => {
      fc.assert(
        fc.property(cut, config, ({ answer, pieces }, options) => {
          const seen = runs(extract(pieces.map((piece) => text(piece)), options));
          const texts = seen.filter((run) => typeof run === 'string');
          if (texts.length === seen.length) expect(texts.join('')).toBe(answer);
          let at = 0;
          for (const run of texts) {
            at = answer.indexOf(run, at) + run.length;
            expect(at).toBeGreaterThanOrEqual(run.length);
          }
        }),
        { numRuns: 2000 },
      );
    });

    it('law of the bound: it never holds more than it may', () => {
      fc.assert(
        fc.property(cut, ({ answer, pieces }) => {
          const source = new Subject<StreamEvent>();
          let given = 0;
          const called: StreamEvent[] = [];
          source.pipe(extractInlineToolCalls({ maxMarkupLength: 40 })).subscribe((event) => {
            if (event.type === 'text_delta') given += event.delta.length;
            if (event.type === 'tool_call_delta') called.push(event);
          });
          let told = 0;
          for (const piece of pieces) {
            source.next(text(piece));
            told += piece.length;
            if (called.length === 0) expect(told - given).toBeLessThan(40);
          }
          expect(told).toBe(answer.length);
        }),
        { numRuns: 500 },
      );
    });

    it('law of time: markup of any length is read in time linear in it', () => {
      const read = (length: number): number => {
        const pieces = Array.from({ length: length / 8 }, () => text('<tool_ca"{[\\"x ll>{}'.slice(0, 8)));
        const begin = performance.now();
        extract([text('<tool_call>{"name":"f","arguments":"'), ...pieces], { maxMarkupLength: 2 ** 24 });
        return performance.now() - begin;
      };
      read(80_000);
      expect(read(1_600_000)).toBeLessThan(60 * Math.max(read(160_000), 5));
    });

    it.each(['<tool_call>', '<tool_call>{', '<function=f', '[TOOL_CALLS]f{}', HERMES])('law of time: one delta full of %j is read in time linear in it', (tag) => {
      const read = (length: number): number => {
        const all = tag.repeat(length / tag.length);
        const begin = performance.now();
        extract([text(all)], { maxToolCalls: 2 ** 20 });
        return performance.now() - begin;
      };
      read(100_000);
      expect(read(1_600_000)).toBeLessThan(60 * Math.max(read(100_000), 5));
    });
  });

  describe('types', () => {
    it('adds tool_call_delta to any union', () => {
      const source = from([{ type: 'mine' as const }]);
      expectTypeOf(source.pipe(extractInlineToolCalls())).toEqualTypeOf<Observable<{ type: 'mine' } | ToolCallDeltaEvent>>();
      const events = from<StreamEvent[]>([]);
      expectTypeOf(events.pipe(extractInlineToolCalls())).toEqualTypeOf<Observable<StreamEvent>>();
      // @ts-expect-error -- no such dialect
      expect(() => extractInlineToolCalls({ dialect: 'klingon' })).toThrow();
    });
  });

  describe('the contract', () => {
    for (const { name, run } of operatorContract(() => extractInlineToolCalls())) it(name, run);
  });
});

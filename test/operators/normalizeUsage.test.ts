import fc from 'fast-check';
import { from, of, toArray, type Observable } from 'rxjs';
import type { StreamEvent, WarningEvent } from 'rx-completions';
import {
  accumulateText,
  billableOutput,
  normalizeUsage,
  stripThink,
  textOutput,
  uncachedInput,
  type NormalizeUsageConfig,
  type Usage,
  type UsageEvent,
} from 'rx-completions/operators';
import { operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, start, text, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';

type Report = Record<string, unknown>;

const run = (source: Iterable<StreamEvent>, config?: NormalizeUsageConfig): (StreamEvent | UsageEvent)[] => {
  let seen: (StreamEvent | UsageEvent)[] = [];
  from(source).pipe(normalizeUsage(config), toArray()).subscribe((events) => (seen = events));
  return seen;
};

const usagesOf = (reports: readonly Report[], config?: NormalizeUsageConfig): UsageEvent[] =>
  run(reports.map(usageReport), config).filter((event): event is UsageEvent => event.type === 'usage');

/** What a usage says, without what it was read from. */
const figuresOf = (usage: Usage): Partial<Usage> =>
  Object.fromEntries(Object.entries(usage).filter(([name]) => name !== 'type' && name !== 'raw'));

const read = (report: Report, config?: NormalizeUsageConfig): Partial<Usage> =>
  figuresOf(usagesOf([report], config).at(-1)!);

const warningsOf = (reports: readonly Report[], config?: NormalizeUsageConfig): string[] =>
  run(reports.map(usageReport), config).flatMap((event) => (event.type === 'warning' ? [event.code] : []));

describe('normalizeUsage', () => {
  describe('over time', () => {
    it('gives a usage event in place of each report', () =>
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const events = { s: start(), t: text('a'), f: finish(), d: done() };
        const [m, n] = [{ prompt_tokens: 3, completion_tokens: 1 }, { prompt_tokens: 3, completion_tokens: 2 }];
        const source = hot('  s-t-m-t-n-f-(d|)', { ...events, m: usageReport(m), n: usageReport(n) });
        const subscription = '^-----------!';
        const expected = '    s-t-u-t-v-f-(d|)';
        expectObservable(source.pipe(normalizeUsage())).toBe(expected, {
          ...events,
          u: { type: 'usage', input: 3, output: 1, total: 4, source: 'reported', raw: m },
          v: { type: 'usage', input: 3, output: 2, total: 5, source: 'reported', raw: n },
        });
        expectSubscriptions(source.subscriptions).toBe(subscription);
      }));

    it('gives a warning before the usage it is about', () =>
      marbles(({ hot, expectObservable }) => {
        const source = hot('  s-n---#', { s: start(), n: usageReport({ prompt_tokens: -1, completion_tokens: 2 }) });
        const expected = '    s-(wu)#';
        expectObservable(source.pipe(normalizeUsage())).toBe(expected, {
          s: start(),
          w: {
            type: 'warning',
            code: 'usage_figure',
            message: 'the endpoint reports no usable number in prompt_tokens',
          },
          u: { type: 'usage', output: 2, source: 'reported', raw: { prompt_tokens: -1, completion_tokens: 2 } },
        });
      }));
  });

  describe('dialects', () => {
    const rows: [string, Report, Partial<Usage>][] = [
      [
        'OpenAI, Azure',
        {
          prompt_tokens: 100,
          completion_tokens: 20,
          total_tokens: 120,
          prompt_tokens_details: { cached_tokens: 64, audio_tokens: 5, image_tokens: 6, cache_write_tokens: 7 },
          completion_tokens_details: {
            reasoning_tokens: 12,
            audio_tokens: 1,
            image_tokens: 4,
            accepted_prediction_tokens: 2,
            rejected_prediction_tokens: 3,
          },
        },
        {
          input: 100,
          output: 20,
          total: 120,
          cacheRead: 64,
          cacheWrite: 7,
          reasoning: 12,
          audioIn: 5,
          audioOut: 1,
          imageIn: 6,
          imageOut: 4,
          acceptedPrediction: 2,
          rejectedPrediction: 3,
          reasoningIncluded: true,
          cacheIncluded: true,
        },
      ],
      [
        'OpenRouter',
        {
          prompt_tokens: 134,
          completion_tokens: 26,
          total_tokens: 160,
          cost: 0.0000212,
          is_byok: false,
          prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0, video_tokens: 0 },
          cost_details: {
            upstream_inference_cost: null,
            upstream_inference_prompt_cost: 0.0000134,
            upstream_inference_completions_cost: 0.0000078,
          },
          completion_tokens_details: { reasoning_tokens: 0 },
          server_tool_use_details: { web_search_requests: 1 },
        },
        {
          input: 134,
          output: 26,
          total: 160,
          cacheRead: 0,
          cacheWrite: 0,
          reasoning: 0,
          audioIn: 0,
          cost: {
            total: 0.0000212,
            currency: 'USD',
            input: 0.0000134,
            output: 0.0000078,
            byok: false,
            source: 'provider',
          },
        },
      ],
      [
        'DeepSeek',
        {
          prompt_tokens: 96,
          completion_tokens: 18,
          total_tokens: 114,
          prompt_cache_hit_tokens: 64,
          prompt_cache_miss_tokens: 32,
          completion_tokens_details: { reasoning_tokens: 8 },
        },
        { input: 96, output: 18, total: 114, cacheRead: 64, reasoning: 8, reasoningIncluded: true, cacheIncluded: true },
      ],
      [
        'Groq',
        {
          queue_time: 0.2,
          prompt_tokens: 151,
          prompt_time: 0.007,
          completion_tokens: 88,
          completion_time: 0.08,
          total_tokens: 239,
          total_time: 0.09,
          prompt_tokens_details: { cached_tokens: 100 },
          completion_tokens_details: { reasoning_tokens: 49 },
        },
        { input: 151, output: 88, total: 239, cacheRead: 100, reasoning: 49, reasoningIncluded: true, cacheIncluded: true },
      ],
      [
        'xAI',
        {
          prompt_tokens: 307,
          completion_tokens: 26,
          total_tokens: 560,
          prompt_tokens_details: { text_tokens: 307, audio_tokens: 0, image_tokens: 0, cached_tokens: 306 },
          completion_tokens_details: { reasoning_tokens: 227, audio_tokens: 0 },
          num_sources_used: 0,
          cost_in_usd_ticks: 1497500,
        },
        {
          input: 307,
          output: 26,
          total: 560,
          cacheRead: 306,
          reasoning: 227,
          audioIn: 0,
          audioOut: 0,
          imageIn: 0,
          cost: { total: 0.00014975, currency: 'USD', source: 'provider' },
          reasoningIncluded: false,
          cacheIncluded: true,
        },
      ],
      [
        'xAI with more cached than prompt tokens',
        { prompt_tokens: 7, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 9 } },
        { input: 7, output: 2, total: 9, cacheRead: 9, cacheIncluded: false },
      ],
      [
        'Mistral, num_cached_tokens',
        { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12, num_cached_tokens: 8 },
        { input: 10, output: 2, total: 12, cacheRead: 8, cacheIncluded: true },
      ],
      [
        'Mistral, prompt_token_details',
        { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12, prompt_token_details: { cached_tokens: 8 } },
        { input: 10, output: 2, total: 12, cacheRead: 8, cacheIncluded: true },
      ],
      [
        'Moonshot',
        { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12, cached_tokens: 8 },
        { input: 10, output: 2, total: 12, cacheRead: 8, cacheIncluded: true },
      ],
      [
        'Alibaba',
        {
          prompt_tokens: 10,
          completion_tokens: 2,
          total_tokens: 12,
          prompt_tokens_details: { cached_tokens: 4, cache_creation_input_tokens: 3, cache_type: 'ephemeral' },
        },
        { input: 10, output: 2, total: 12, cacheRead: 4, cacheWrite: 3, cacheIncluded: true },
      ],
      [
        'Perplexity',
        {
          prompt_tokens: 8,
          completion_tokens: 10,
          total_tokens: 18,
          reasoning_tokens: 4,
          citation_tokens: 100,
          num_search_queries: 1,
          search_context_size: 'low',
          cost: { input_tokens_cost: 0.001, output_tokens_cost: 0.002, request_cost: 0.005, total_cost: 0.008 },
        },
        {
          input: 8,
          output: 10,
          total: 18,
          reasoning: 4,
          cost: { total: 0.008, currency: 'USD', input: 0.001, output: 0.002, source: 'provider' },
          reasoningIncluded: true,
        },
      ],
      [
        'DeepInfra',
        { prompt_tokens: 19, completion_tokens: 84, total_tokens: 103, estimated_cost: 0.0002 },
        { input: 19, output: 84, total: 103, cost: { total: 0.0002, currency: 'USD', source: 'provider' } },
      ],
      [
        'Baseten',
        { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14, prompt_tokens_details: null },
        { input: 9, output: 5, total: 14 },
      ],
      [
        'vLLM, SGLang',
        {
          prompt_tokens: 9,
          completion_tokens: 5,
          total_tokens: 14,
          prompt_tokens_details: null,
          completion_tokens_details: null,
          reasoning_tokens: 3,
        },
        { input: 9, output: 5, total: 14, reasoning: 3, reasoningIncluded: true },
      ],
      [
        'llama.cpp',
        {
          prompt_tokens: 30,
          completion_tokens: 8,
          total_tokens: 38,
          timings: { cache_n: 20, prompt_n: 10, prompt_ms: 5.5, predicted_n: 8, predicted_ms: 40.1 },
        },
        { input: 30, output: 8, total: 38, cacheRead: 20, cacheIncluded: true },
      ],
      ['Ollama', { prompt_eval_count: 26, eval_count: 9 }, { input: 26, output: 9, total: 35 }],
      [
        'LM Studio',
        {
          prompt_tokens: 9,
          completion_tokens: 5,
          total_tokens: 14,
          completion_tokens_details: { reasoning_tokens: 2 },
          stats: { tokens_per_second: 50.1 },
        },
        { input: 9, output: 5, total: 14, reasoning: 2, reasoningIncluded: true },
      ],
      [
        'T-US-05: mlx-vlm, Responses-like proxies',
        {
          input_tokens: 9,
          output_tokens: 5,
          total_tokens: 14,
          input_tokens_details: { cached_tokens: 4 },
          output_tokens_details: { reasoning_tokens: 2 },
        },
        { input: 9, output: 5, total: 14, cacheRead: 4, reasoning: 2, reasoningIncluded: true, cacheIncluded: true },
      ],
      [
        'Anthropic-flavoured proxies, cache within the prompt',
        {
          prompt_tokens: 100,
          completion_tokens: 5,
          total_tokens: 105,
          cache_read_input_tokens: 60,
          cache_creation_input_tokens: 30,
        },
        { input: 100, output: 5, total: 105, cacheRead: 60, cacheWrite: 30, cacheIncluded: true },
      ],
      [
        'Anthropic-flavoured proxies, cache beside the prompt',
        {
          prompt_tokens: 100,
          completion_tokens: 5,
          total_tokens: 195,
          cache_read_input_tokens: 60,
          cache_creation_input_tokens: 30,
        },
        { input: 100, output: 5, total: 195, cacheRead: 60, cacheWrite: 30, cacheIncluded: false },
      ],
      [
        'Gemini',
        { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45 },
        { input: 10, output: 5, total: 45 },
      ],
      [
        'Together, Fireworks, Cerebras',
        { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14, perf_metrics: { x: 1 }, time_info: { y: 0.1 } },
        { input: 9, output: 5, total: 14 },
      ],
      [
        'Databricks before the end',
        { cache_read_input_tokens: 0, completion_tokens: null, prompt_tokens: 402, total_tokens: null },
        { input: 402, cacheRead: 0 },
      ],
    ];

    it.each(rows)('reads %s', (_, report, expected) => {
      expect(read(report)).toEqual({ source: 'reported', ...expected });
      expect(warningsOf([report])).toEqual([]);
    });

    it('T-US-17: reads llama.cpp timings where nothing else is reported', () => {
      const timings = { cache_n: 20, prompt_n: 10, prompt_ms: 5.5, predicted_n: 8, predicted_ms: 40.1 };
      expect(read({ timings })).toEqual({
        input: 30,
        output: 8,
        total: 38,
        cacheRead: 20,
        cacheIncluded: true,
        source: 'derived',
      });
      expect(usagesOf([{ timings }])[0]!.raw).toEqual({ timings });
      expect(read({ timings: { prompt_n: 10, predicted_n: 8 } })).toEqual({ output: 8, source: 'derived' });
    });

    it('never lets timings win over what is reported, whenever they come', () => {
      const usages = usagesOf([{ prompt_tokens: 30, completion_tokens: 8 }, { timings: { cache_n: 1, prompt_n: 1, predicted_n: 1 } }]);
      expect(usages.at(-1)).toMatchObject({ input: 30, output: 8, source: 'reported' });
    });

    it('derives what Gemini leaves unitemised when told to', () => {
      const quirks = { hiddenReasoning: true };
      expect(read({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 45 }, { quirks })).toEqual({
        input: 10,
        output: 5,
        total: 45,
        reasoning: 30,
        reasoningIncluded: false,
        source: 'derived',
      });
      expect(read({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }, { quirks })).not.toHaveProperty('reasoning');
      expect(read({ prompt_tokens: 10, completion_tokens: 5 }, { quirks })).not.toHaveProperty('reasoning');
      const itemised = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45, reasoning_tokens: 30 };
      expect(read(itemised, { quirks })).toMatchObject({ reasoning: 30, reasoningIncluded: false, source: 'reported' });
    });
  });

  describe('snapshots', () => {
    const growing = [1, 2, 3].map((n) => ({ prompt_tokens: 8, completion_tokens: n, total_tokens: 8 + n }));

    it('T-US-01: takes the latest of reports in every chunk', () => {
      expect(usagesOf(growing).map(({ output, total }) => [output, total])).toEqual([
        [1, 9],
        [2, 10],
        [3, 11],
      ]);
    });

    it('T-US-02: never adds reports of one attempt', () => {
      expect(usagesOf([growing[2]!, growing[2]!]).at(-1)).toMatchObject({ input: 8, output: 3, total: 11 });
    });

    it('T-US-03: a later null or missing field erases nothing', () => {
      const usages = usagesOf([
        { prompt_tokens: 8, completion_tokens: 3, total_tokens: 11, prompt_tokens_details: { cached_tokens: 4 } },
        { prompt_tokens: null, completion_tokens: 4, prompt_tokens_details: null },
        {},
        { prompt_tokens: null },
      ]);
      expect(usages).toHaveLength(2);
      expect(usages[1]).toMatchObject({ input: 8, output: 4, total: 11, cacheRead: 4 });
      expect(usages[1]!.raw).toEqual({
        prompt_tokens: 8,
        completion_tokens: 4,
        total_tokens: 11,
        prompt_tokens_details: { cached_tokens: 4 },
      });
    });

    it('an unusable figure erases nothing either', () => {
      expect(usagesOf([{ prompt_tokens: 8, completion_tokens: 3 }, { completion_tokens: -1, prompt_tokens: 9 }]).at(-1)).toMatchObject({
        input: 9,
        output: 3,
      });
    });

    it('takes the later figure also under another name', () => {
      expect(usagesOf([{ prompt_tokens: 8 }, { input_tokens: 9 }]).at(-1)).toMatchObject({ input: 9 });
    });

    it('keeps an explicit 0', () => {
      expect(usagesOf([{ prompt_tokens: 8, cached_tokens: 5 }, { prompt_tokens: 0, cached_tokens: 0 }]).at(-1)).toMatchObject({
        input: 0,
        cacheRead: 0,
      });
    });

    it('T-US-06: keeps the report verbatim and frozen, and leaves the original as it is', () => {
      const report = { prompt_tokens: 8, stats: { speeds: [1, { fast: true }], none: null }, kind: 'x' };
      const [usage] = usagesOf([report]);
      expect(usage!.raw).toStrictEqual(report);
      const { stats } = usage!.raw as typeof report;
      for (const part of [usage!.raw, stats, stats.speeds, stats.speeds[1]]) expect(Object.isFrozen(part)).toBe(true);
      for (const part of [report, report.stats, report.stats.speeds]) expect(Object.isFrozen(part)).toBe(false);
      expect(structuredClone(usage)).toEqual(usage);
    });

    it('T-US-13: gives no usage where none is reported, and none for a report without figures', () => {
      expect(run([start(), text('a'), finish(), done()])).toEqual([start(), text('a'), finish(), done()]);
      expect(run([usageReport({}), usageReport({ service_tier: 'x', prompt_tokens: null, is_byok: true })])).toEqual([]);
    });

    it('begins anew at a start', () => {
      const events = run([
        usageReport({ prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 }),
        start(2),
        usageReport({ prompt_tokens: 1 }),
      ]);
      expect(events.at(-1)).toEqual({ type: 'usage', input: 1, source: 'reported', raw: { prompt_tokens: 1 } });
    });
  });

  describe('figures', () => {
    it('T-US-16: reads numbers in strings', () => {
      expect(read({ prompt_tokens: '12', completion_tokens: ' 3 ', cost: '0.5' })).toEqual({
        input: 12,
        output: 3,
        total: 15,
        cost: { total: 0.5, currency: 'USD', source: 'provider' },
        source: 'reported',
      });
    });

    it.each([NaN, -1, Infinity, -Infinity, 1e999, 2 ** 53, 1.5, '-3', 'many', '1.5', true, '9007199254740993'])(
      'T-US-16: drops %s with a warning (fault 75)',
      (value) => {
        const report = { prompt_tokens: value, completion_tokens: 2 };
        expect(read(report)).toEqual({ output: 2, source: 'reported' });
        expect(warningsOf([report])).toEqual(['usage_figure']);
      },
    );

    it.each([null, undefined, '', ' ', {}, []])('takes %j for absent', (value) => {
      const report = { prompt_tokens: value, completion_tokens: 2 };
      expect(read(report)).toEqual({ output: 2, source: 'reported' });
      expect(warningsOf([report])).toEqual([]);
    });

    it('falls back to the next name where the first holds nothing usable', () => {
      expect(read({ prompt_tokens: -1, input_tokens: 4 })).toMatchObject({ input: 4 });
    });

    it('warns once per kind and attempt', () => {
      const bad = usageReport({ prompt_tokens: -1, completion_tokens: NaN, total_tokens: 3, reasoning_tokens: 'x' });
      const codes = run([bad, bad, start(2), bad, bad]).map((event) => (event.type === 'warning' ? event.code : event.type));
      expect(codes).toEqual(['usage_figure', 'usage', 'usage', 'start', 'usage_figure', 'usage', 'usage']);
    });

    it('reads own fields only', () => {
      const report = JSON.parse('{"__proto__":{"prompt_tokens":5},"constructor":{"x":1},"completion_tokens":2}') as Report;
      const [usage] = usagesOf([Object.assign(Object.create({ total_tokens: 9 }) as Report, report), report]).slice(-1);
      expect(usage).toMatchObject({ output: 2 });
      expect(usage).not.toHaveProperty('input');
      expect(usage).not.toHaveProperty('total');
      expect(Object.getPrototypeOf(usage!.raw)).toBe(Object.prototype);
      expect(Object.hasOwn(usage!.raw as object, '__proto__')).toBe(true);
      expect(({} as Report)['prompt_tokens']).toBeUndefined();
    });

    it('never corrects a reported total, and adds one up only from two known parts', () => {
      expect(read({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 99 })).toMatchObject({ total: 99 });
      expect(read({ prompt_tokens: 1 })).not.toHaveProperty('total');
      expect(read({ total_tokens: 7 })).toEqual({ total: 7, source: 'reported' });
    });

    it('warns where cached and uncached tokens do not add up', () => {
      const report = { prompt_tokens: 90, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 32 };
      expect(warningsOf([report])).toEqual(['usage_cache']);
      expect(read(report)).toEqual({ input: 90, cacheRead: 64, source: 'reported' });
    });
  });

  describe('what is part of what', () => {
    it('T-US-07: concludes that the output leaves the reasoning out', () => {
      const usage = usagesOf([{ prompt_tokens: 10120, completion_tokens: 1499, total_tokens: 14428, reasoning_tokens: 2809 }])[0]!;
      expect(usage).toMatchObject({ output: 1499, reasoning: 2809, total: 14428, reasoningIncluded: false });
      expect([billableOutput(usage), textOutput(usage)]).toEqual([4308, 1499]);
    });

    it('T-US-08: never gives negative text, and believes a quirk over the figures', () => {
      const gemini = { prompt_tokens: 19, completion_tokens: 84, total_tokens: 103, reasoning_tokens: 1081 };
      const open = usagesOf([gemini])[0]!;
      expect(open).not.toHaveProperty('reasoningIncluded');
      expect(textOutput(open)).toBe(0);
      const told = usagesOf([gemini], { quirks: { reasoningIncluded: false } })[0]!;
      expect([told.reasoningIncluded, textOutput(told), billableOutput(told)]).toEqual([false, 84, 1165]);
      expect(warningsOf([gemini], { quirks: { reasoningIncluded: false } })).toEqual([]);
    });

    it('T-US-09: leaves open what the arithmetic cannot decide', () => {
      for (const report of [
        { prompt_tokens: 10, completion_tokens: 20, reasoning_tokens: 5 },
        { prompt_tokens: 10, completion_tokens: 20, reasoning_tokens: 5, total_tokens: 99 },
        { prompt_tokens: 10, completion_tokens: 20, reasoning_tokens: 0, total_tokens: 30 },
        { completion_tokens: 20, reasoning_tokens: 5, total_tokens: 30 },
      ])
        expect(read(report)).not.toHaveProperty('reasoningIncluded');
      // One of them is outside, and the figures are the same whichever it is.
      const either = { prompt_tokens: 10, completion_tokens: 20, reasoning_tokens: 5, cached_tokens: 5, total_tokens: 35 };
      expect(read(either)).not.toHaveProperty('reasoningIncluded');
      expect(read(either)).not.toHaveProperty('cacheIncluded');
      const quirks = { cacheIncluded: true };
      expect(read(either, { quirks })).toMatchObject({ reasoningIncluded: false, cacheIncluded: true });
    });

    it('T-US-10: warns of more reasoning than output', () => {
      const report = { prompt_tokens: 10, completion_tokens: 5, reasoning_tokens: 8 };
      expect(warningsOf([report, report])).toEqual(['usage_reasoning']);
      expect(textOutput(usagesOf([report])[0]!)).toBe(0);
    });

    it('T-US-18: keeps a reasoning count that is one too high, and adds it to nothing', () => {
      const report = { prompt_tokens: 43, completion_tokens: 10, total_tokens: 53, reasoning_tokens: 11 };
      const usage = usagesOf([report])[0]!;
      expect(usage).toMatchObject({ output: 10, reasoning: 11, total: 53 });
      expect(usage).not.toHaveProperty('reasoningIncluded');
      expect([textOutput(usage), billableOutput(usage)]).toEqual([0, 10]);
      expect(warningsOf([report])).toEqual(['usage_reasoning']);
    });

    it('concludes about the cache even where the reasoning makes no sense', () => {
      const report = { prompt_tokens: 21, completion_tokens: 107, total_tokens: 128, reasoning_tokens: 118, cached_tokens: 21 };
      expect(read(report)).toMatchObject({ cacheIncluded: true });
      expect(read(report)).not.toHaveProperty('reasoningIncluded');
    });

    it('computes what was not cached', () => {
      const report = { prompt_tokens: 100, completion_tokens: 5, cached_tokens: 60 };
      expect(uncachedInput(usagesOf([{ ...report, total_tokens: 105 }])[0]!)).toBe(40);
      expect(uncachedInput(usagesOf([{ ...report, total_tokens: 165 }])[0]!)).toBe(100);
      expect(uncachedInput(usagesOf([report], { quirks: { cacheIncluded: false } })[0]!)).toBe(100);
    });
  });

  describe('cost', () => {
    it('T-US-11: reads ticks', () => {
      expect(read({ total_tokens: 1, cost_in_usd_ticks: 1_466_250 }).cost).toEqual({
        total: 0.000146625,
        currency: 'USD',
        source: 'provider',
      });
    });

    it('T-US-12: keeps what upstream charges apart with a key of the caller', () => {
      const report = { total_tokens: 1, cost: 0.001, is_byok: true, cost_details: { upstream_inference_cost: 0.02 } };
      expect(read(report).cost).toEqual({
        total: 0.001,
        currency: 'USD',
        upstream: 0.02,
        byok: true,
        source: 'provider',
      });
    });

    it('T-US-19: takes the cost for the total also where upstream is cheaper', () => {
      const report = { total_tokens: 1, cost: 0.00765, cost_details: { upstream_inference_cost: 0.00065 } };
      expect(read(report).cost).toMatchObject({ total: 0.00765, upstream: 0.00065 });
    });

    it('makes no cost of upstream prices alone', () => {
      expect(read({ total_tokens: 1, cost: null, cost_details: { upstream_inference_cost: 0.02 } })).not.toHaveProperty('cost');
    });

    it('keeps a cost of 0 and prices nothing then', () => {
      const priceOf = () => 9;
      expect(read({ total_tokens: 1, cost: 0 }, { priceOf }).cost).toMatchObject({ total: 0, source: 'provider' });
    });

    it('asks for a price only where the endpoint gave none, by the model that answers', () => {
      const asked: [Usage, string | undefined][] = [];
      const priceOf = (usage: Usage, model: string | undefined): number => {
        asked.push([usage, model]);
        return 0.25;
      };
      const report = usageReport({ prompt_tokens: 1, completion_tokens: 2 });
      const events = run([report, start(), report, { type: 'response', model: 'm-2026' }, report, start(2), report], { priceOf });
      expect(asked.map(([, model]) => model)).toEqual([undefined, 'm', 'm-2026', 'm']);
      expect(asked[0]![0]).toMatchObject({ input: 1, output: 2, total: 3 });
      expect(events[0]).toMatchObject({ cost: { total: 0.25, currency: 'USD', source: 'priced' } });
    });

    it.each([undefined, NaN, -1, Infinity])('takes a price of %s for unknown', (price) => {
      expect(read({ total_tokens: 1 }, { priceOf: () => price })).not.toHaveProperty('cost');
    });

    it('fails with what the price function throws', () => {
      const failure = new Error('no price list');
      const seen: unknown[] = [];
      const priceOf = (): number => {
        throw failure;
      };
      of(usageReport({ total_tokens: 1 }))
        .pipe(normalizeUsage({ priceOf }))
        .subscribe({ error: (error: unknown) => seen.push(error) });
      expect(seen).toEqual([failure]);
    });
  });

  describe('laws', () => {
    const tokens = fc.oneof(fc.nat(500), fc.constantFrom(null, '7', -1, 1.5, 'x', undefined));
    const details = fc.oneof(
      fc.constant(null),
      fc.record(
        { cached_tokens: tokens, cache_write_tokens: tokens, reasoning_tokens: tokens, audio_tokens: tokens },
        { requiredKeys: [] },
      ),
    );
    const report: fc.Arbitrary<Report> = fc.record(
      {
        prompt_tokens: tokens,
        completion_tokens: tokens,
        input_tokens: tokens,
        output_tokens: tokens,
        total_tokens: tokens,
        reasoning_tokens: tokens,
        cached_tokens: tokens,
        prompt_tokens_details: details,
        completion_tokens_details: details,
        cost: fc.oneof(tokens, fc.record({ total_cost: tokens })),
        is_byok: fc.boolean(),
        timings: fc.record({ prompt_n: tokens, cache_n: tokens, predicted_n: tokens }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    const reversed = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, reversed(inner)]))
        : value;

    it('law of stability: key order and unknown keys change no figure', () => {
      fc.assert(
        fc.property(fc.array(report, { maxLength: 4 }), fc.dictionary(fc.string(), fc.jsonValue()), (reports, unknown) => {
          const strange = Object.fromEntries(Object.entries(unknown).map(([key, value]) => [`x_${key}`, value]));
          const other = reports.map((each) => ({ ...strange, ...(reversed(each) as Report) }));
          expect(usagesOf(other).map(figuresOf)).toEqual(usagesOf(reports).map(figuresOf));
        }),
        { numRuns: 1000 },
      );
    });

    it('law of snapshots: figures that never fall are never seen to fall, nor exceed what was last reported', () => {
      const rising = fc.array(fc.record({ more: fc.nat(9), shown: fc.boolean() }), { minLength: 1, maxLength: 12 });
      fc.assert(
        fc.property(rising, rising, (inputs, outputs) => {
          const cumulate = (steps: typeof inputs): (number | null)[] => {
            let sum = 0;
            return steps.map(({ more, shown }) => ((sum += more), shown ? sum : null));
          };
          const [input, output] = [cumulate(inputs), cumulate(outputs)];
          const reports = input.map((prompt, index) => ({ prompt_tokens: prompt, completion_tokens: output[index] ?? null }));
          const usages = usagesOf(reports);
          for (const figure of ['input', 'output'] as const) {
            const seen = usages.map((usage) => usage[figure]).filter((value) => value !== undefined);
            expect(seen).toEqual([...seen].sort((a, b) => a - b));
          }
          expect(usages.at(-1)?.input).toBe(reports.findLast((each) => each.prompt_tokens !== null)?.prompt_tokens ?? undefined);
          expect(usages.at(-1)?.output).toBe(
            reports.findLast((each) => each.completion_tokens !== null)?.completion_tokens ?? undefined,
          );
        }),
        { numRuns: 1000 },
      );
    });

    it('law of repetition: a report told twice says no more than once', () => {
      fc.assert(
        fc.property(fc.array(report, { minLength: 1, maxLength: 4 }), (reports) => {
          const twice = reports.flatMap((each) => [each, each]);
          expect(usagesOf(twice).at(-1)).toEqual(usagesOf(reports).at(-1));
        }),
        { numRuns: 1000 },
      );
    });

    it('law of rollback: what came before a start does not change what comes after it', () => {
      fc.assert(
        fc.property(fc.array(report, { maxLength: 4 }), fc.array(report, { maxLength: 4 }), (before, after) => {
          const alone = run([start(), ...after.map(usageReport)]);
          const second = run([start(), ...before.map(usageReport), start(), ...after.map(usageReport)]);
          expect(second.slice(-alone.length)).toEqual(alone);
        }),
        { numRuns: 1000 },
      );
    });

    it('law of robustness: any report gives known figures or none, and never a negative share', () => {
      fc.assert(
        fc.property(fc.array(fc.oneof(report, fc.dictionary(fc.string(), fc.jsonValue()))), (reports) => {
          for (const usage of usagesOf(reports)) {
            const known = Object.values(figuresOf(usage));
            expect(known).not.toContain(undefined);
            for (const value of known) if (typeof value === 'number') expect(value).toBeGreaterThanOrEqual(0);
            for (const share of [billableOutput(usage), textOutput(usage), uncachedInput(usage)])
              if (share !== undefined) expect(share).toBeGreaterThanOrEqual(0);
          }
        }),
        { numRuns: 1000 },
      );
    });
  });

  describe('as an operator', () => {
    for (const law of operatorContract(() => normalizeUsage())) it(law.name, law.run);

    it('infers in a pipe, in any order, without annotations', () => {
      const events: Observable<StreamEvent> = of(text('a'));
      expectTypeOf(events.pipe(normalizeUsage())).toEqualTypeOf<Observable<StreamEvent | UsageEvent>>();
      expectTypeOf(events.pipe(normalizeUsage(), stripThink())).toEqualTypeOf<Observable<StreamEvent | UsageEvent>>();
      expectTypeOf(events.pipe(stripThink(), normalizeUsage())).toEqualTypeOf<Observable<StreamEvent | UsageEvent>>();
      expectTypeOf(events.pipe(normalizeUsage(), stripThink(), accumulateText())).toEqualTypeOf<Observable<string>>();
      const foreign = of({ type: 'mine' } as const);
      expectTypeOf(foreign.pipe(normalizeUsage())).toEqualTypeOf<
        Observable<{ readonly type: 'mine' } | UsageEvent | WarningEvent>
      >();
      // @ts-expect-error: a price is a number
      normalizeUsage({ priceOf: () => 'much' });
      // @ts-expect-error: a quirk is one of those known
      normalizeUsage({ quirks: { generous: true } });
    });
  });
});

describe('normalizeUsage over a continued answer', () => {
  it('T-RF-05: takes no figure of the attempt that was cut into those of the one that went on', () => {
    const error = { code: 'connection_lost', message: '', phase: 'body', retryable: true, committed: true } as const;
    const events: StreamEvent[] = [];
    of<StreamEvent[]>(
      { type: 'usage_report', report: { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 5 } } },
      { type: 'fallback', attempt: 2, error, discarded: false },
      { type: 'usage_report', report: { prompt_tokens: 12, completion_tokens: 3 } },
    )
      .pipe(normalizeUsage())
      .subscribe((event) => events.push(event as StreamEvent));
    expect(events.at(-1)).toMatchObject({ type: 'usage', input: 12, output: 3 });
    expect(events.at(-1)).not.toHaveProperty('cacheRead');
  });
});

import { streamOpenAICompletions, streamOpenRouter } from 'rx-completions';
import { normalizeUsage, stripThink } from 'rx-completions/operators';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { answerOf, describeServer, eventsOf, exactly, hello, modelAt, noThought, only, reasoningOf, textOf, urlOf } from './support.ts';

describeServer('an answer of a real server', () => {
  it('is text, and accumulates to what was asked for', async () => {
    const said = 'Streams arrive in order: ä, €, 🙂 and 中文.';
    const call = streamOpenAICompletions(modelAt(urlOf('plain')), hello, { extraBody: { ...noThought, ...exactly(said) } });
    expect(await answerOf(call)).toBe(said);
    const events = await eventsOf(call);
    expect(events.map(({ type }) => type).filter((type) => type !== 'text_delta')).toEqual([
      'start',
      'response',
      'finish',
      'usage_report',
      'done',
    ]);
    expect(only(events, 'text_delta').length).toBeGreaterThan(5);
    expect(events[0]).toMatchObject({ attempt: 1, status: 200, endpoint: { provider: 'llama.cpp', model: 'tiny' } });
    expect(events.at(-1)).toEqual({ type: 'done', reason: 'stop', attempts: 1 });
  });

  it('comes through the other call too', async () => {
    const call = streamOpenRouter(modelAt(urlOf('plain')), hello, { extraBody: { ...noThought, ...exactly('Yes.') } });
    expect(await answerOf(call)).toBe('Yes.');
  });

  it('has its reasoning apart, in a field of its own', async () => {
    const events = await eventsOf(streamOpenAICompletions(modelAt(urlOf('plain')), hello, { seed: 2, maxTokens: 1000 }));
    expect(reasoningOf(events)).not.toBe('');
    expect(textOf(events)).not.toBe('');
    expect(textOf(events)).not.toContain('think>');
    const first = events.findIndex(({ type }) => type === 'text_delta');
    expect(events.slice(first).some(({ type }) => type === 'reasoning_delta')).toBe(false);
  });

  it('has its reasoning in tags, which stripThink takes out', async () => {
    const call = streamOpenAICompletions(modelAt(urlOf('rawThinking')), hello, { seed: 2, maxTokens: 1000 });
    const raw = await eventsOf(call);
    expect(textOf(raw)).toMatch(/^<think>[^]+<\/think>[^]+/);
    expect(reasoningOf(raw)).toBe('');
    const events = await eventsOf(call.pipe(stripThink()));
    const [, thought = '', text = ''] = /^<think>([^]*)<\/think>([^]*)$/.exec(textOf(raw)) ?? [];
    expect(reasoningOf(events).trim()).toBe(thought.trim());
    expect(textOf(events)).toBe(text.trim());
  });

  it('fits the schema it was given', async () => {
    const place = z.object({ city: z.enum(['Bern', 'Paris']), sunny: z.boolean(), days: z.int().min(1).max(9) });
    const call = streamOpenAICompletions(modelAt(urlOf('plain')), hello, {
      responseFormat: { type: 'json_schema', name: 'place', schema: place, strict: true },
      extraBody: noThought,
    });
    expect(() => place.parse(undefined)).toThrow();
    expect(place.parse(JSON.parse(await answerOf(call)))).toBeDefined();
  });

  it('has three choices when three are asked for, each whole', async () => {
    const options = { n: 3, seed: 5, extraBody: noThought };
    const events = await eventsOf(streamOpenAICompletions(modelAt(urlOf('plain')), hello, options));
    for (const choice of [0, 1, 2]) {
      expect(textOf(events, choice)).toMatch(/\p{L}.*\p{P}$/u);
      expect(only(events, 'finish').filter((finish) => finish.choice === choice)).toHaveLength(1);
    }
    expect(new Set(only(events, 'text_delta').map(({ choice }) => choice))).toEqual(new Set([0, 1, 2]));
    expect(only(events, 'usage_report').length).toBeGreaterThan(0);
    expect(only(events, 'done')).toHaveLength(1);
    expect(only(events, 'warning')).toEqual([]);
  });

  it('carries the probabilities of its tokens', async () => {
    const options = { topLogprobs: 2, maxTokens: 4, extraBody: noThought };
    const events = await eventsOf(streamOpenAICompletions(modelAt(urlOf('plain')), hello, options));
    const tokens = only(events, 'logprobs').flatMap(({ content }) => content);
    expect(tokens.map(({ token }) => token).join('')).toBe(textOf(events));
    expect(tokens).toHaveLength(4);
    for (const { logprob, top } of tokens) {
      expect(logprob).toBeLessThanOrEqual(0);
      expect(top).toHaveLength(2);
    }
  });

  it('ends at the length that was allowed', async () => {
    const options = { maxTokens: 5, extraBody: { ...noThought, ignore_eos: true } };
    const events = await eventsOf(streamOpenAICompletions(modelAt(urlOf('plain')), hello, options).pipe(normalizeUsage()));
    expect(only(events, 'finish')).toEqual([{ type: 'finish', choice: 0, reason: 'length', rawReason: 'length' }]);
    expect(only(events, 'usage')[0]).toMatchObject({ output: 5 });
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'length' });
  });

  it('ends before the words that stop it', async () => {
    const options = { stop: ['brown', 'fox'], extraBody: { ...noThought, ...exactly('the quick brown fox jumps') } };
    const events = await eventsOf(streamOpenAICompletions(modelAt(urlOf('plain')), hello, options));
    expect(textOf(events)).toBe('the quick ');
    expect(only(events, 'finish')[0]).toMatchObject({ reason: 'stop' });
  });

  it('says what it used', async () => {
    const options = { extraBody: { ...noThought, ...exactly('Ten words would be more than enough for this.') } };
    const events = await eventsOf(streamOpenAICompletions(modelAt(urlOf('plain')), hello, options).pipe(normalizeUsage()));
    const [usage, ...more] = only(events, 'usage');
    expect(more).toEqual([]);
    expect(usage).toMatchObject({ source: 'reported', input: expect.any(Number) as number, output: expect.any(Number) as number });
    expect(usage?.input).toBeGreaterThan(0);
    expect(usage?.output).toBeGreaterThan(5);
    expect(usage?.total).toBe((usage?.input ?? 0) + (usage?.output ?? 0));
  });

  it('says what it used by its timings where it is not asked for usage', async () => {
    const model = { ...modelAt(urlOf('plain')), includeUsage: false };
    const options = { seed: 3, maxTokens: 5, extraBody: { ...noThought, ignore_eos: true } };
    const events = await eventsOf(streamOpenAICompletions(model, hello, options).pipe(normalizeUsage()));
    const [usage] = only(events, 'usage').slice(-1);
    expect(usage).toMatchObject({ output: 5, source: 'derived' });
    expect(usage?.input).toBeGreaterThan(0);
  });

  it('is whole when eight are under way at once', async () => {
    const texts = Array.from({ length: 8 }, (_, at) => `Answer number ${at} ${'is not mixed with any other; '.repeat(2)}end of ${at}.`);
    const said = await Promise.all(
      texts.map((text) => {
        const options = { extraBody: { ...noThought, ...exactly(text) } };
        return answerOf(streamOpenAICompletions(modelAt(urlOf('plain')), hello, options));
      }),
    );
    expect(said).toEqual(texts);
  });
});

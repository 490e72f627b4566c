import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRateLimit } from '../../src/wire/readRateLimit.ts';
import { frames, readResponse } from '../support/readResponse.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const resetOf = (reset: string, date?: string): number | undefined =>
  readRateLimit({ 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': reset, ...(date !== undefined && { date }) }, NOW)
    ?.requests?.resetMs;

describe('readRateLimit', () => {
  it('T-RL-01: reads both kinds, as OpenAI, Azure and Groq send them', () => {
    const headers = {
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-remaining-requests': '14397',
      'x-ratelimit-reset-requests': '17.683s',
      'x-ratelimit-limit-tokens': '6000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '1m5.707999999s',
    };
    expect(readRateLimit(headers)).toEqual({
      requests: { limit: 14400, remaining: 14397, resetMs: 17_683, gradual: true },
      tokens: { limit: 6000, remaining: 0, resetMs: 65_708, gradual: true },
    });
  });

  it.each<readonly [string, Record<string, string>, object | undefined]>([
    ['Cerebras', { 'x-ratelimit-remaining-requests-day': '9', 'x-ratelimit-reset-requests-day': '3503.75', 'x-ratelimit-remaining-tokens-minute': '7', 'x-ratelimit-reset-tokens-minute': '18.644006' }, { requests: { remaining: 9, resetMs: 3_503_750 }, tokens: { remaining: 7, resetMs: 18_645 } }],
    ['Mistral', { 'x-ratelimit-limit-req-minute': '60', 'x-ratelimit-remaining-req-minute': '0' }, { requests: { limit: 60, remaining: 0 } }],
    ['OpenRouter', { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': String(NOW + 5000) }, { requests: { limit: 20, remaining: 3, resetMs: 5000 } }],
    ['Anthropic', { 'anthropic-ratelimit-tokens-remaining': '5', 'anthropic-ratelimit-tokens-reset': '2026-03-01T12:00:30Z' }, { tokens: { remaining: 5, resetMs: 30_000 } }],
    ['a gateway by the draft of the standard', { 'ratelimit-remaining': '4', 'ratelimit-reset': '19' }, { requests: { remaining: 4, resetMs: 19_000 } }],
    ['the minute before the day', { 'x-ratelimit-remaining-requests-day': '9', 'x-ratelimit-remaining-requests-minute': '1' }, { requests: { remaining: 1 } }],
    ['no limits', { 'content-type': 'text/event-stream' }, undefined],
    ['a limit without what is left of it', { 'x-ratelimit-limit-requests': '60' }, undefined],
    ['garbage', { 'x-ratelimit-remaining-requests': 'many', 'x-ratelimit-remaining-tokens': '-1' }, undefined],
  ])('reads %s', (_, headers, expected) => {
    expect(readRateLimit(headers, NOW)).toEqual(expected);
  });

  it.each<readonly [string, number | undefined]>([
    ['6m0s', 360_000],
    ['1.5s', 1500],
    ['20ms', 20],
    ['1h27m50.4s', 5_270_400],
    ['1d', 86_400_000],
    ['0', 0],
    ['19', 19_000],
    ['0.25', 250],
    [String(NOW / 1000 + 7), 7000],
    [String(NOW + 7), 7],
    [String(NOW / 1000 - 7), 0],
    ['2026-03-01T12:00:07Z', 7000],
    ['Sun, 01 Mar 2026 12:00:07 GMT', 7000],
    ['Sun, 01 Mar 2026 11:00:07 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['5x', undefined],
    ['', undefined],
  ])('fault 25: a reset of %s', (reset, resetMs) => {
    expect(resetOf(reset)).toBe(resetMs);
  });

  it('fault 24, fault 115: measures a point in time by the clock of the endpoint', () => {
    expect(resetOf('2026-03-01T09:00:07Z', 'Sun, 01 Mar 2026 09:00:00 GMT')).toBe(7000);
  });

  it('robustness: whatever the headers hold, gives numbers that are numbers', () => {
    const value = fc.oneof(fc.string(), fc.double().map(String), fc.constantFrom('6m0s', '1e12', 'Infinity', 'NaN', '9'.repeat(400), `${'9'.repeat(400)}s`));
    fc.assert(
      fc.property(value, value, value, (limit, remaining, reset) => {
        const read = readRateLimit({ 'x-ratelimit-limit-tokens': limit, 'x-ratelimit-remaining-tokens': remaining, 'x-ratelimit-reset-tokens': reset });
        for (const amount of [read?.tokens?.limit, read?.tokens?.remaining, read?.tokens?.resetMs])
          if (amount !== undefined) expect(amount).toSatisfy((n: number) => Number.isFinite(n) && n >= 0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('start.rateLimit', () => {
  const body = frames({ choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }] }, '[DONE]');
  const startOf = (headers: Record<string, string>) =>
    readResponse([body], { headers: { 'content-type': 'text/event-stream', ...headers } }).events[0];

  it('T-RL-01: says what the endpoint still allows', () => {
    expect(startOf({ 'x-ratelimit-remaining-requests': '9', 'x-ratelimit-reset-requests': '6ms' })).toMatchObject({
      type: 'start',
      rateLimit: { requests: { remaining: 9, resetMs: 6, gradual: true } },
    });
  });

  it('is absent where the endpoint does not say', () => {
    expect(startOf({})).not.toHaveProperty('rateLimit');
  });
});

import { CompletionError } from 'rx-completions';
import { retryBudget, retryCall } from 'rx-completions/operators';
import { chunk, frame, script } from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';
import { callTo, endpointOf, outcomeOf, serveEndlessly } from './support.ts';

const RAMBLING = frame(chunk({ text: 'and so on ' })).repeat(64);

describe('what an answer may cost', () => {
  it('fault 129: is told to the endpoint, and an answer that is cut there says so', async () => {
    const endpoint = await endpointOf(script().data(chunk({ text: 'To be', finish: 'length' })).done());
    const { values } = await outcomeOf(callTo(endpoint, { maxTokens: 3, n: 1, reasoning: 'low' }));
    expect(endpoint.requests[0]?.json()).toMatchObject({ max_tokens: 3, n: 1, reasoning_effort: 'low' });
    expect(values.at(-1)).toMatchObject({ type: 'done', reason: 'length' });
  });

  it('fault 129: in bytes has a bound that an endless answer meets', async () => {
    const endpoint = await serveEndlessly(() => RAMBLING);
    const { error } = await outcomeOf(callTo(endpoint, { limits: { maxStreamBytes: 1_000_000 } }));
    expect(error).toMatchObject({ code: 'limit', committed: true, retryable: false });
    await endpoint.left;
  });

  it('fault 129: in time has a bound that an endless answer meets', async () => {
    const endpoint = await serveEndlessly(() => RAMBLING);
    const { error } = await outcomeOf(callTo(endpoint, { timeouts: { totalMs: 1000 } }));
    expect(error).toMatchObject({ code: 'timeout', which: 'total', committed: true });
    await endpoint.left;
  });

  it('fault 129: in attempts has a bound that all calls share', async () => {
    const endpoint = await endpointOf(script().headers(503).end());
    const budget = retryBudget({ maxTokens: 2, minPerSecond: 0, ratio: 0 });
    const calls = Array.from({ length: 5 }, () =>
      outcomeOf(callTo(endpoint).pipe(retryCall({ maxAttempts: 10, baseDelayMs: 1, budget }))),
    );
    const errors = (await Promise.all(calls)).map(({ error }) => error);
    expect(errors.every((error) => error instanceof CompletionError && error.status === 503)).toBe(true);
    expect(endpoint.requests.length).toBe(5 + 2);
  });
});

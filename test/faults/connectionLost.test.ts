import { tap } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { chunk, script, streamOf } from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';
import { callTo, deferred, endpointOf, outcomeOf, textIn } from './support.ts';

const TEXTS = [chunk({ text: 'Hel' }), chunk({ text: 'lo' })] as const;

describe('a body that announces less than it brings', () => {
  it('fault 40: is cut there, so that the answer is truncated and not whole', async () => {
    const body = streamOf(...TEXTS, chunk({ finish: 'stop' }));
    const announced = streamOf(...TEXTS).length - 'data: [DONE]\n\n'.length;
    const endpoint = await endpointOf(
      script().headers(200, { 'content-length': announced }).raw(body).stall(),
    );
    const { values, error } = await outcomeOf(callTo(endpoint));
    expect(textIn(values)).toBe('Hello');
    expect(error).toMatchObject({ code: 'truncated', phase: 'body', committed: true, retryable: true });
    await endpoint.closed();
  });

  it('fault 40: in the middle of a frame gives nothing of that frame away', async () => {
    const body = streamOf(...TEXTS);
    const announced = streamOf(TEXTS[0]).length - 'data: [DONE]\n\n'.length + 20;
    const endpoint = await endpointOf(script().headers(200, { 'content-length': announced }).raw(body).stall());
    const { values, error } = await outcomeOf(callTo(endpoint));
    expect(textIn(values)).toBe('Hel');
    expect(error).toMatchObject({ code: 'truncated', committed: true });
  });
});

describe('a connection that is lost in the body', () => {
  it.each(['fin', 'reset'] as const)('fault 52: by %s, where the body ends with its connection, is truncated', async (how) => {
    const seen = deferred();
    const begun = script().headers(200, {}, { version: '1.0' }).data(TEXTS[0]);
    const endpoint = await endpointOf(begun.until(seen.promise)[how]());
    const noticed = tap(({ type }: StreamEvent) => {
      if (type === 'text_delta') seen.resolve();
    });
    const { values, error } = await outcomeOf(callTo(endpoint).pipe(noticed));
    expect(textIn(values)).toBe('Hel');
    expect(error).toMatchObject({ code: 'truncated', phase: 'body', retryable: true, committed: true });
  });

  it.each([
    ['reset', 'connection_lost', 'ECONNRESET', () => script().data(TEXTS[0])],
    ['fin', 'truncated', undefined, () => script().data(TEXTS[0])],
    ['fin', 'truncated', 'UND_ERR_SOCKET', () => script().headers(200, { 'content-length': 10_000 }).data(TEXTS[0])],
  ] as const)('T-ER-07: by %s is %s (%s), with what was said before and worth another try', async (how, code, system, begin) => {
    const seen = deferred();
    const endpoint = await endpointOf(begin().until(seen.promise)[how]());
    const call = callTo(endpoint);
    const values: string[] = [];
    const error = await new Promise((resolve) => {
      call.subscribe({
        next: (event) => {
          if (event.type !== 'text_delta') return;
          values.push(event.delta);
          seen.resolve();
        },
        error: resolve,
      });
    });
    expect(values).toEqual(['Hel']);
    expect(error).toMatchObject({ code, phase: 'body', retryable: true, committed: true });
    if (system !== undefined) expect(error).toMatchObject({ cause: { code: system } });
    // undici's own words, as other clients pass them on, say nothing to anybody.
    expect(String(error)).not.toMatch(/terminated|other side closed/);
  });
});

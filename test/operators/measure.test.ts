import { concat, from, lastValueFrom, map, of, timer, concatMap, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { StreamEvent } from 'rx-completions';
import { normalizeUsage, verifyEvents, type AnyEvent } from 'rx-completions/operators';
import { measure } from '../../operators/measure.ts';
import type { MeasureEvent } from '../../operators/measure/MeasureEvent.ts';
import { operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, start, text, usageReport } from '../support/events.ts';

type Timed = readonly [waitMs: number, event: AnyEvent];

/** The measures of events that come so long after each other, in virtual time. */
const measured = (...events: readonly Timed[]): MeasureEvent[] => {
  const seen: MeasureEvent[] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(() => {
    const source = from(events).pipe(concatMap(([wait, event]) => timer(wait).pipe(map(() => event as StreamEvent))));
    source.pipe(normalizeUsage(), measure({ clock: () => scheduler.now() })).subscribe((event) => {
      if (event.type === 'measure') seen.push(event);
    });
  });
  return seen;
};
const retry = (delayMs?: number): AnyEvent =>
  ({ type: 'retry', attempt: 2, discarded: false, error: { code: 'connect' }, ...(delayMs !== undefined && { delayMs }) }) as AnyEvent;

describe('measure', () => {
  it('tells when the first content came and how the answer went, before done', () => {
    expect(
      measured([100, start()], [200, text('ab')], [10, text('cd')], [30, text('ef')], [10, finish()], [0, usageReport({ completion_tokens: 4 })], [5, done()]),
    ).toEqual([
      { type: 'measure', at: 'first_content', attempt: 1, timeToFirstContentMs: 300, durationMs: 300, totalMs: 300 },
      {
        type: 'measure', at: 'end', attempt: 1, timeToFirstContentMs: 300, durationMs: 355, totalMs: 355,
        betweenDeltasMs: { p50: 10, p90: 30, p99: 30, max: 30 }, charsPerSecond: 150, outputTokensPerSecond: 100,
      },
    ]);
  });

  it('stands before the first content, and before done', async () => {
    const events = await lastValueFrom(of(start(), text('a'), finish(), done()).pipe(measure(), verifyEvents(), toArray()), { defaultValue: [] });
    expect(events.map(({ type }) => type)).toEqual(['start', 'measure', 'text_delta', 'finish', 'measure', 'done']);
  });

  it('leaves out what cannot be said', () => {
    expect(measured([0, start()], [5, finish()], [0, done()])).toEqual([{ type: 'measure', at: 'end', attempt: 1, durationMs: 5, totalMs: 5 }]);
    const [, end] = measured([0, start()], [5, text('a')], [0, finish()], [0, usageReport({ completion_tokens: 4 })], [0, done()]);
    expect(Object.keys(end ?? {})).toEqual(['type', 'at', 'attempt', 'timeToFirstContentMs', 'durationMs', 'totalMs']);
  });

  it('measures an attempt from where it was announced, without its wait, and goes on with the total', () => {
    const seen = measured([10, start()], [10, text('a')], [10, retry(100)], [130, start(2)], [20, text('b')], [10, text('c')], [0, finish()], [0, done()]);
    expect(seen.map(({ at, attempt, timeToFirstContentMs, durationMs, totalMs, charsPerSecond }) => [at, attempt, timeToFirstContentMs, durationMs, totalMs, charsPerSecond])).toEqual([
      ['first_content', 1, 20, 20, 20, undefined],
      ['first_content', 2, 50, 50, 180, undefined],
      ['end', 2, 50, 60, 190, 200],
    ]);
  });

  it('measures an attempt that nobody announced from its start, and a turn from the end of the one before', () => {
    const again = (...between: readonly Timed[]) => measured([0, start()], [5, text('a')], ...between, [10, start(2)], [3, text('b')])[1];
    expect(again()?.timeToFirstContentMs).toBe(3);
    expect(again([1, { type: 'turn_end' }])?.timeToFirstContentMs).toBe(13);
  });

  it('takes no estimate for tokens', () => {
    const [, end] = measured([0, start()], [5, text('a')], [5, text('b')], [0, { type: 'usage', output: 9, source: 'estimated', raw: null } as AnyEvent], [0, finish()], [0, done()]);
    expect(end).not.toHaveProperty('outputTokensPerSecond');
  });

  it('keeps the latest 4096 gaps, and the longest of all', () => {
    const many = Array.from({ length: 5000 }, (_, index): Timed => [index < 500 ? 50 : 2, text('a')]);
    const end = measured([0, start()], ...many, [0, finish()], [0, done()]).at(-1);
    expect(end?.betweenDeltasMs).toEqual({ p50: 2, p90: 2, p99: 2, max: 50 });
  });

  it('tells its own time where it is given no clock', async () => {
    const call = concat(of(start()), timer(1).pipe(map(() => text('a'))), of(finish(), done()));
    const all = await lastValueFrom(call.pipe(measure(), toArray()), { defaultValue: [] });
    const [first] = all.flatMap((event) => (event.type === 'measure' ? [event] : []));
    expect(first?.timeToFirstContentMs).toBeGreaterThan(0.5);
  });

  it('adds its event to the union', () => {
    expectTypeOf(of(start()).pipe(measure())).toEqualTypeOf(of<StreamEvent | MeasureEvent>(start()));
  });

  describe('obeys the operator contract:', () => {
    const comparable = (outputs: readonly unknown[]): unknown =>
      outputs.map((output) => ((output as AnyEvent).type === 'measure' ? [(output as MeasureEvent).at, (output as MeasureEvent).attempt] : output));
    it.each(operatorContract(() => measure(), { comparable }).map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run());
  });
});

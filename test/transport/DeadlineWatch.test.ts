import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_TIMEOUTS } from '../../src/request/Timeouts.ts';
import { DeadlineWatch, WATCH_MS } from '../../src/transport/DeadlineWatch.ts';
import { Deadlines } from '../../src/transport/Deadlines.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const watched = (): { looks: number; look: () => void } => {
  const one = { looks: 0, look: () => (one.looks += 1) };
  return one;
};

describe('DeadlineWatch', () => {
  it('looks at all it watches with one timer, which ends with the last of them', () => {
    const watch = new DeadlineWatch();
    const [first, second] = [watched(), watched()];
    watch.add(first);
    watch.add(second);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(3 * WATCH_MS);
    watch.delete(first);
    vi.advanceTimersByTime(WATCH_MS);
    expect([first.looks, second.looks]).toEqual([3, 4]);
    watch.delete(second);
    vi.advanceTimersByTime(WATCH_MS);
    expect(vi.getTimerCount()).toBe(0);
    watch.add(first);
    vi.advanceTimersByTime(WATCH_MS);
    expect([first.looks, second.looks]).toEqual([4, 4]);
  });

  it('keeps the process alive while something is watched', () => {
    vi.useRealTimers();
    const set = vi.spyOn(globalThis, 'setTimeout');
    const watch = new DeadlineWatch();
    const one = watched();
    const isRef = (): boolean | undefined => (set.mock.results.at(-1)?.value as NodeJS.Timeout | undefined)?.hasRef();
    watch.add(one);
    expect(isRef()).toBe(true);
    watch.delete(one);
    expect(isRef()).toBe(false);
    watch.add(one);
    expect([isRef(), set.mock.calls.length]).toEqual([true, 1]);
    watch.delete(one);
    set.mockRestore();
  });

  it('goes on when the clock of a test comes, goes, or drops its timers', () => {
    const watch = new DeadlineWatch();
    const one = watched();
    vi.useRealTimers();
    watch.add(watched());
    vi.useFakeTimers();
    watch.add(one);
    vi.advanceTimersByTime(WATCH_MS);
    expect(one.looks).toBe(1);
    vi.clearAllTimers();
    vi.advanceTimersByTime(5 * WATCH_MS);
    expect(one.looks).toBe(1);
    watch.add(watched());
    vi.advanceTimersByTime(WATCH_MS);
    expect(one.looks).toBe(2);
  });
});

describe('Deadlines that are far away', () => {
  const expiry = (timeouts: Partial<typeof DEFAULT_TIMEOUTS>): { deadlines: Deadlines; told: [string, number][] } => {
    const told: [string, number][] = [];
    const began = performance.now();
    const deadlines = new Deadlines({ ...DEFAULT_TIMEOUTS, ...timeouts }, began, {
      expired: (which) => {
        told.push([which, performance.now() - began]);
        deadlines.stop();
      },
    });
    return { deadlines, told };
  };

  it.each([10, 1_000, 2_000, 2_001, 2_500, 9_999, 3_600_000])('pass to the millisecond after %i ms', (idleMs) => {
    const { deadlines, told } = expiry({ totalMs: Infinity, contentMs: Infinity });
    deadlines.begin('idle', idleMs);
    vi.advanceTimersByTime(idleMs - 1);
    expect(told).toEqual([]);
    // The last look takes a turn of the event loop, a millisecond of this clock.
    vi.advanceTimersByTime(2);
    expect(told).toEqual([['idle', idleMs + 1]]);
  });

  it('are those of the last sign of life', () => {
    const { deadlines, told } = expiry({ totalMs: 30_000 });
    deadlines.begin('idle', 5_000);
    vi.advanceTimersByTime(4_900);
    deadlines.seen();
    vi.advanceTimersByTime(4_900);
    deadlines.allow(100_000);
    vi.advanceTimersByTime(40_000);
    expect(told).toEqual([['total', 30_001]]);
    expect(vi.getTimerCount()).toBeLessThan(2);
    vi.advanceTimersByTime(WATCH_MS);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('set no timer where there are none', () => {
    const { deadlines } = expiry({ totalMs: Infinity, contentMs: Infinity });
    deadlines.begin('idle', Infinity);
    expect(vi.getTimerCount()).toBe(0);
  });
});

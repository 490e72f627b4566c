import { getEventListeners } from 'node:events';
import type { CompletionError } from 'rx-completions';
import { script } from 'rx-completions/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PHASES, type Phase } from './phases.ts';
import { alive, callTo, deferred, endpointOf, turns, until } from './support.ts';

const names = Object.keys(PHASES);
/** A socket of a response that has ended may be kept for the next call. */
const KEEPS_SOCKET = 'waits to retry';
/** In a wait of an operator the call that knows the signal has not begun, or is over. */
const KNOWS_NO_SIGNAL = ['waits for its key', 'waits for its turn', 'waits to retry'];

const rejections: unknown[] = [];
const warnings: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
const onWarning = (warning: unknown): void => void warnings.push(warning);

beforeEach(() => {
  rejections.length = warnings.length = 0;
  process.on('unhandledRejection', onRejection).on('warning', onWarning);
});

afterEach(() => {
  process.off('unhandledRejection', onRejection).off('warning', onWarning);
  expect({ rejections, warnings }).toEqual({ rejections: [], warnings: [] });
});

/** How often each phase is left: the fastest tells what it takes, the others what the machine was busy with. */
const TRIES = 5;

const timersNow = async (): Promise<number> => {
  await turns(2);
  return alive('Timeout');
};

/** Leaves a call in its phase; tells how long the server took to see it, in milliseconds. */
const leave = async (phase: Phase, how: 'unsubscribe' | 'abort'): Promise<number> => {
  const aborting = new AbortController();
  const { signal } = aborting;
  const timers = await timersNow();
  const notifications: unknown[] = [];
  const failed = deferred<CompletionError>();
  const subscription = phase.call({ signal }).subscribe({
    next: (event) => notifications.push(event),
    error: (error: unknown) => failed.resolve(error as CompletionError),
  });
  await phase.reached(notifications);
  const seen = notifications.length;
  const began = performance.now();
  if (how === 'unsubscribe') subscription.unsubscribe();
  else aborting.abort();
  await until(() => phase.openSockets() === 0);
  const took = performance.now() - began;
  if (how === 'abort') expect(await failed.promise).toMatchObject({ code: 'aborted' });
  await turns(3);
  expect(notifications.length).toBe(seen);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(await timersNow()).toBeLessThanOrEqual(timers);
  return took;
};

describe('a call that is left while it', () => {
  const tries = async (name: string, how: 'unsubscribe' | 'abort'): Promise<void> => {
    const times: number[] = [];
    for (let at = 0; at < TRIES; at++) times.push(await leave(await PHASES[name]!(), how));
    expect(Math.min(...times)).toBeLessThan(50);
    expect(Math.max(...times)).toBeLessThan(2_000);
  };

  it.each(names.filter((name) => name !== KEEPS_SOCKET))('%s: T-AB-01, fault 99: unsubscribing closes its socket within 50 ms', (name) =>
    tries(name, 'unsubscribe'),
  );

  it.each(names.filter((name) => !KNOWS_NO_SIGNAL.includes(name)))('%s: T-AB-01, fault 16: its signal closes its socket within 50 ms', (name) =>
    tries(name, 'abort'),
  );

  it('waits to retry: T-AB-03: unsubscribing leaves no timer, and no other request comes', async () => {
    const phase = await PHASES[KEEPS_SOCKET]!();
    const timers = await timersNow();
    const { signal } = new AbortController();
    const notifications: unknown[] = [];
    const subscription = phase.call({ signal }).subscribe((event) => notifications.push(event));
    await phase.reached(notifications);
    expect(notifications).toMatchObject([{ type: 'retry' }]);
    subscription.unsubscribe();
    expect(await timersNow()).toBeLessThanOrEqual(timers);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(phase.requests()).toBe(1);
  });

  it('waits for its key: sends nothing when its signal fires meanwhile', async () => {
    const endpoint = await endpointOf(script().stall());
    const key = deferred<string>();
    const aborting = new AbortController();
    const ended = new Promise((resolve) => {
      callTo(endpoint, { apiKey: () => key.promise, signal: aborting.signal }).subscribe({ error: resolve });
    });
    aborting.abort();
    key.resolve('key');
    expect(await ended).toMatchObject({ code: 'aborted', phase: 'connect' });
    expect(endpoint.connections).toBe(0);
    expect(getEventListeners(aborting.signal, 'abort')).toEqual([]);
  });
});

import { getEventListeners, once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Observable } from 'rxjs';
import type { CallOptions, CompletionError } from 'rx-completions';
import { limitRate, rateLimiter, retryCall, type AnyEvent } from 'rx-completions/operators';
import { chunk, script, type Script } from 'rx-completions/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshPackage, type FreshPackage } from '../examples/freshPackage.ts';
import { alive, callTo, cleanUp, deferred, endpointOf, turns, until } from './support.ts';

/** A call in one of its phases, with the server's view of it. */
interface Phase {
  readonly baseUrl: string;
  call(options: CallOptions): Observable<AnyEvent>;
  /** Resolves once the call is in the phase: asked after it was subscribed. */
  reached(notifications: readonly unknown[]): Promise<unknown>;
  /** How many sockets the server has open for it. */
  openSockets(): number;
  readonly requests: () => number;
}

const scripted =
  (answer: Script, isReached: (notifications: readonly unknown[]) => boolean = () => true) =>
  async (): Promise<Phase> => {
    const endpoint = await endpointOf(answer.stall());
    return {
      baseUrl: endpoint.baseUrl,
      call: (options) => callTo(endpoint, options),
      reached: async (notifications) => {
        await endpoint.received();
        await until(() => isReached(notifications));
      },
      openSockets: () => endpoint.openSockets,
      requests: () => endpoint.requests.length,
    };
  };

const PHASES: Readonly<Record<string, () => Promise<Phase>>> = {
  'waits for its key': async () => {
    const endpoint = await endpointOf(script().stall());
    const asked = deferred();
    const apiKey = (): Promise<string> => {
      asked.resolve();
      return new Promise<string>(() => undefined);
    };
    return {
      baseUrl: endpoint.baseUrl,
      call: (options) => callTo(endpoint, { ...options, apiKey }),
      reached: () => asked.promise,
      openSockets: () => endpoint.openSockets,
      requests: () => endpoint.requests.length,
    };
  },
  'waits for its turn': async () => {
    const endpoint = await endpointOf(script().stall());
    const limiter = rateLimiter({ requestsPerMinute: 1 });
    limiter.reserve().subscribe();
    return {
      baseUrl: endpoint.baseUrl,
      call: (options) => callTo(endpoint, options).pipe(limitRate(limiter)),
      reached: () => turns(3),
      openSockets: () => endpoint.openSockets,
      requests: () => endpoint.requests.length,
    };
  },
  connects: async () => {
    const greeted = deferred();
    let open = 0;
    // Speaks no TLS, so that the handshake goes on and on.
    const server = createServer((socket) => {
      open += 1;
      socket.on('error', () => undefined).on('close', () => (open -= 1));
      socket.on('data', () => greeted.resolve());
      cleanUp(() => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUp(() => server.close());
    const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    return {
      baseUrl,
      call: (options) => callTo({ baseUrl }, options),
      reached: () => greeted.promise,
      openSockets: () => open,
      requests: () => 0,
    };
  },
  'awaits the headers': scripted(script()),
  'awaits the first byte': scripted(script().headers(), (seen) => seen.length > 0),
  'is in the body': scripted(script().data(chunk({ text: 'Hel' })), (seen) => seen.length > 2),
  'waits to retry': async () => {
    const endpoint = await endpointOf(script().headers(429, { 'retry-after': 30 }).end());
    return {
      baseUrl: endpoint.baseUrl,
      call: (options) => callTo(endpoint, options).pipe(retryCall()),
      reached: (seen) => until(() => seen.length > 0),
      openSockets: () => endpoint.openSockets,
      requests: () => endpoint.requests.length,
    };
  },
};

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

/** Leaves a call in the phase it has come to and does nothing else; says how long the process lives on. */
const LEAVING = `
  import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
  import { limitRate, rateLimiter, retryCall } from 'rx-completions/operators';

  const [phase, baseUrl] = process.argv.slice(2);
  const limiter = rateLimiter({ requestsPerMinute: 1 });
  limiter.reserve().subscribe();
  const pipes = { 'waits for its turn': limitRate(limiter), 'waits to retry': retryCall() };
  const call = streamOpenAICompletions(
    openAICompatModel({ provider: 'test', id: 'm', baseUrl }),
    { messages: [{ role: 'user', content: 'Hello' }] },
    { apiKey: phase === 'waits for its key' ? () => new Promise(() => {}) : null },
  );
  const subscription = (pipes[phase] ?? ((source) => source))(call).subscribe({ error: (error) => console.error(error) });
  setTimeout(() => {
    subscription.unsubscribe();
    const left = performance.now();
    process.once('exit', () => console.log(Math.round(performance.now() - left)));
  }, 300);
`;

describe('a program whose only call is left while it', () => {
  let built: FreshPackage;
  beforeAll(async () => {
    built = await freshPackage();
    await built.add('leaving.mjs', LEAVING);
  }, 60_000);
  afterAll(() => built[Symbol.asyncDispose]());

  it.each(names)('%s: T-AB-01, fault 116: ends by itself at once', async (name) => {
    const { baseUrl } = await PHASES[name]!();
    const { code, output, errors } = await built.run('leaving.mjs', [name, baseUrl]);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(Number(output)).toBeLessThan(2_000);
  });
});

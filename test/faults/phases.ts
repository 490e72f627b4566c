import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Observable } from 'rxjs';
import type { CallOptions } from 'rx-completions';
import { limitRate, rateLimiter, retryCall, type AnyEvent } from 'rx-completions/operators';
import { chunk, script, type Script } from 'rx-completions/testing';
import { cleanUp } from '../support/cleanUp.ts';
import { callTo, deferred, endpointOf, turns, until } from './support.ts';

/** A call in one of its phases, with the server's view of it. */
export interface Phase {
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

export const PHASES: Readonly<Record<string, () => Promise<Phase>>> = {
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

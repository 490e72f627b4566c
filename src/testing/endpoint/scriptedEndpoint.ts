import { once, type EventEmitter } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { chooseScript, type Scripts } from './chooseScript.ts';
import type { OpenExpectation } from './createExpectation.ts';
import { createWatch } from './createWatch.ts';
import { assertLoopback, urlHost } from './assertLoopback.ts';
import type { RecordedRequest } from './RecordedRequest.ts';
import type { RunningEndpoint } from './RunningEndpoint.ts';
import { serveConnection } from './serveConnection.ts';
import { findFailures } from './findFailures.ts';

/** Where an endpoint listens, and when it answers. */
export interface ScriptedEndpointConfig {
  /** The address to listen on. Any other than loopback is refused: a script answers whoever asks. @defaultValue `'127.0.0.1'` */
  readonly host?: string;
  /** What must have come of a request before its script begins. @defaultValue `'whole'` */
  readonly answersAt?: 'head' | 'whole';
}

/**
 * Starts an endpoint on a free port that plays a script for each request over a raw socket, so that every fault of a real one
 * can be had: cuts, resets, silence, bytes at their own pace. A list of scripts answers one request each; the last repeats.
 *
 * @example
 * import { chunk, script, scriptedEndpoint } from 'rx-completions/testing';
 *
 * const endpoint = await scriptedEndpoint(script().data(chunk({ text: 'Hel' })).reset());
 * const response = await fetch(`${endpoint.baseUrl}/chat/completions`, { method: 'POST', body: '{}' });
 * await response.text().catch(() => console.log('cut', endpoint.requests[0]?.json())); // cut {}
 * await endpoint.close();
 *
 * @see {@link script}
 */
export const scriptedEndpoint = async (
  scripts: Scripts,
  { host = '127.0.0.1', answersAt = 'whole' }: ScriptedEndpointConfig = {},
): Promise<RunningEndpoint> => {
  assertLoopback(host);
  const choice = chooseScript(scripts);
  const requests: RecordedRequest[] = [];
  const expectations: OpenExpectation[] = [];
  const faults: string[] = [];
  const sockets = new Set<Socket>();
  const watch = createWatch();
  let connections = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      watch.changed();
    });
    serveConnection(socket, ++connections, {
      answersAt,
      scriptFor: (request, index) => choice.scriptFor(request, index),
      record: (request) => {
        const index = requests.push(request) - 1;
        watch.changed();
        return index;
      },
      expect: (expectation) => expectations.push(expectation),
      fault: (what) => faults.push(what),
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');
  const { port } = address;

  const close = async (): Promise<void> => {
    for (const each of expectations) each.settle('the endpoint was closed before');
    const ends: readonly EventEmitter[] = server.listening ? [server, ...sockets] : [...sockets];
    const ended = ends.map((each) => new Promise((resolve) => each.once('close', resolve)));
    server.close();
    for (const socket of sockets) socket.destroy();
    await Promise.all(ended);
  };

  return {
    baseUrl: `http://${urlHost(host)}:${port}/v1`,
    port,
    requests,
    expectations,
    get connections() {
      return connections;
    },
    get openSockets() {
      return sockets.size;
    },
    received: ({ count = 1, withinMs = 5000 } = {}) =>
      watch.until(
        () => requests.length >= count,
        withinMs,
        () => `${requests.length} of ${count} requests came within ${withinMs} ms`,
      ),
    closed: ({ withinMs = 1000 } = {}) =>
      watch.until(
        () => sockets.size === 0,
        withinMs,
        () => `${sockets.size} of ${connections} connections are still open after ${withinMs} ms`,
      ),
    verify: async ({ withinMs = 5000 } = {}) => {
      const failures = await findFailures({ expectations, faults, listed: choice.listed, requests }, withinMs);
      if (failures.length > 0) throw new Error(failures.join('\n'));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};

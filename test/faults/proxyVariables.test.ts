import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { chunk, script } from 'rx-completions/testing';
import { EnvHttpProxyAgent } from 'undici';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cleanUp } from '../support/cleanUp.ts';
import { callTo, endpointOf, outcomeOf, textIn } from './support.ts';

/** A proxy that notes what it is asked for, refuses it, and stands in the environment. */
const asked: string[] = [];
beforeEach(async () => {
  asked.length = 0;
  const proxy = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes: Buffer) => {
      asked.push(bytes.toString('latin1').split('\r\n')[0] ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = `http://user:hunter2@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) vi.stubEnv(name, url);
  for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, '');
  // Node 24 and later take the variables into account for their own clients when told to.
  vi.stubEnv('NODE_USE_ENV_PROXY', '1');
  cleanUp(() => {
    vi.unstubAllEnvs();
    proxy.close();
  });
});

describe('proxy variables in the environment', () => {
  it('fault 15: are not read by a call of its own accord', async () => {
    const endpoint = await endpointOf(script().data(chunk({ text: 'direct', finish: 'stop' })).done());
    const { values, error } = await outcomeOf(callTo(endpoint));
    expect({ text: textIn(values), error, asked }).toEqual({ text: 'direct', error: undefined, asked: [] });
  });

  it('fault 15: are read when the caller brings the agent that reads them', async () => {
    const endpoint = await endpointOf(script().data(chunk({ text: 'direct', finish: 'stop' })).done());
    const dispatcher = new EnvHttpProxyAgent();
    cleanUp(() => dispatcher.destroy());
    const { error } = await outcomeOf(callTo(endpoint, { dispatcher }));
    expect(asked).toEqual([`CONNECT 127.0.0.1:${endpoint.port} HTTP/1.1`]);
    expect(error).toMatchObject({ code: 'connect', message: `127.0.0.1:${endpoint.port} could not be reached (the proxy answered 403)` });
    expect(endpoint.requests).toEqual([]);
  });
});

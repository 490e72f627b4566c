import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { inspect } from 'node:util';
import { take } from 'rxjs';
import { ProxyAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { cleanUp } from '../support/cleanUp.ts';
import { selfSigned } from './selfSigned.ts';
import { chunked, closing, LAST_CHUNK, outcomeOf, serve, STREAM, SOON_MS } from './support.ts';
import { textsFrom } from './textsFrom.ts';

/** A proxy that answers CONNECT with a status, and tunnels if that is 200. */
const proxy = async (status: number): Promise<{ readonly agent: ProxyAgent; readonly asked: string[] }> => {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', (request, client: Socket) => {
    asked.push(request.url ?? '');
    client.on('error', () => undefined);
    client.write(`HTTP/1.1 ${status} x\r\n\r\n`);
    if (status !== 200) return;
    const [host, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host);
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new ProxyAgent(`http://user:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}`);
  cleanUp(async () => {
    await agent.destroy();
    server.close();
  });
  return { agent, asked };
};

describe('a proxy', () => {
  it('carries a call, and unsubscribing closes the socket behind it', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text')));
    const { agent, asked } = await proxy(200);
    const texts = textsFrom(server.url, { dispatcher: agent });
    expect(await outcomeOf(texts.pipe(take(1)))).toEqual({ values: ['text'] });
    expect(asked).toEqual([new URL(server.url).host]);
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it.each([
    [407, false],
    [403, false],
    [502, true],
  ])('fault 14: that answers %i is a connect error without its credentials, worth another try: %s', async (status, retryable) => {
    const { agent } = await proxy(status);
    const { error } = await outcomeOf(textsFrom('http://behind.test/', { dispatcher: agent }));
    expect(error).toMatchObject({ code: 'connect', phase: 'connect', retryable });
    expect(error?.message).toBe(`behind.test could not be reached (the proxy answered ${status})`);
    expect(inspect(error, { depth: 9 })).not.toMatch(/hunter2|dXNlcjpodW50ZXIy/);
  });

  it('fault 4: shows the certificate of the endpoint behind it', async () => {
    const server = createTlsServer(selfSigned()).listen(0, '127.0.0.1');
    cleanUp(() => server.close());
    await once(server, 'listening');
    const { agent } = await proxy(200);
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { error } = await outcomeOf(textsFrom(url, { dispatcher: agent }));
    expect(error).toMatchObject({ code: 'tls', retryable: false });
  });

  it('carries two calls', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text') + LAST_CHUNK));
    const { agent } = await proxy(200);
    const texts = textsFrom(server.url, { dispatcher: agent });
    expect(await Promise.all([outcomeOf(texts), outcomeOf(texts)])).toEqual([{ values: ['text'] }, { values: ['text'] }]);
  });
});

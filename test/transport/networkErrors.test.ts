import dns from 'node:dns';
import { createServer as createTlsServer } from 'node:tls';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { Agent, MockAgent } from 'undici';
import { describe, expect, it, vi } from 'vitest';
import type { DispatcherLike } from '../../src/request/DispatcherLike.ts';
import { streamResponse } from '../../src/transport/streamResponse.ts';
import { cleanUp } from '../support/cleanUp.ts';
import { selfSigned } from './selfSigned.ts';
import {
  CANARY,
  chunked,
  closing,
  head,
  LAST_CHUNK,
  outcomeOf,
  PROMPT,
  requestTo,
  serve,
  STREAM,
  type Answer,
  type Outcome,
  type Overrides,
  SOON_MS,
} from './support.ts';
import { textsFrom } from './textsFrom.ts';

const call = (url: string, overrides?: Overrides): Promise<Outcome<string>> => outcomeOf(textsFrom(url, overrides));

const callTo = async (answer: Answer): Promise<Outcome<string>> => call((await serve(answer)).url);

/** From now on a name has two addresses, and nobody listens on the first. */
const resolveTwice = (): void => {
  const addresses = [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }] as const;
  const lookup = (_name: string, { all }: dns.LookupOptions, callback: (...found: unknown[]) => void): void => {
    if (all === true) callback(null, addresses);
    else callback(null, addresses[0].address, addresses[0].family);
  };
  const spy = vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
  cleanUp(() => spy.mockRestore());
};

describe('a connection that fails', () => {
  it('fault 1: refused is a connect error', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { error } = await call(`http://127.0.0.1:${port}/`);
    expect(error).toMatchObject({ code: 'connect', phase: 'connect', retryable: true, cause: { code: 'ECONNREFUSED' } });
    expect(error?.message).toBe(`127.0.0.1:${port} could not be reached (ECONNREFUSED)`);
  });

  it('fault 5: refused on every address of a name is told from the errors inside', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    resolveTwice();
    const { error } = await call(`http://both.test:${port}/`);
    expect(error).toMatchObject({ code: 'connect', phase: 'connect', retryable: true });
    expect((error?.cause as Error).message).toMatch(/^connect E\w+ ::1/);
  });

  it('fault 5: refused on one address of a name is made on another', async () => {
    const server = await serve((socket) => socket.write(head('200 OK', 'content-length: 2') + 'v4'));
    resolveTwice();
    expect(await call(server.url.replace('127.0.0.1', 'both.test'))).toEqual({ values: ['v4'] });
  });

  it.each([
    ['ENOTFOUND', false],
    ['EAI_AGAIN', true],
    ['EHOSTUNREACH', true],
    ['UND_ERR_CONNECT_TIMEOUT', true],
  ])('fault 2: %s is a connect error; the same call may succeed later: %s', async (code, retryable) => {
    const failing = new Agent({
      connect: (_options, callback) => {
        callback(Object.assign(new Error(`getaddrinfo ${code} nowhere`), { code }), null);
      },
    });
    cleanUp(() => failing.close());
    const { error } = await call('http://nowhere.invalid/', { dispatcher: failing });
    expect(error).toMatchObject({ code: 'connect', phase: 'connect', retryable, cause: { code } });
  });

  it('fault 4: a certificate that cannot be trusted is a tls error', async () => {
    const server = createTlsServer(selfSigned()).listen(0, '127.0.0.1');
    cleanUp(() => server.close());
    await once(server, 'listening');
    const { error } = await call(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(error).toMatchObject({ code: 'tls', phase: 'connect', retryable: false });
    expect(error?.cause).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('fault 4: a certificate for another host is a tls error', async () => {
    const pair = selfSigned();
    const server = createTlsServer(pair).listen(0, '127.0.0.1');
    cleanUp(() => server.close());
    await once(server, 'listening');
    const trusting = new Agent({ connect: { ca: pair.cert } });
    cleanUp(() => trusting.close());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { error } = await call(url, { dispatcher: trusting });
    expect(error).toMatchObject({ code: 'tls', retryable: false, cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
  });

  it('fault 4: plain HTTP where TLS is expected is a tls error', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(head('400 Bad Request')));
    }).listen(0, '127.0.0.1');
    cleanUp(() => server.close());
    await once(server, 'listening');
    const { error } = await call(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(error).toMatchObject({ code: 'tls', retryable: false, cause: { code: 'ERR_SSL_WRONG_VERSION_NUMBER' } });
  });
});

const LAST_STREAM = head('200 OK', 'transfer-encoding: chunked', 'connection: close');

describe('a response that fails', () => {
  it('fault 7: a reset before the response is a lost connection', async () => {
    const { error } = await callTo((socket) => socket.resetAndDestroy());
    expect(error).toMatchObject({ code: 'connection_lost', phase: 'headers', retryable: true, cause: { code: 'ECONNRESET' } });
  });

  it('fault 7: a close before the response is a lost connection', async () => {
    const { error } = await callTo((socket) => socket.end());
    expect(error).toMatchObject({ code: 'connection_lost', phase: 'headers', cause: { code: 'UND_ERR_SOCKET' } });
  });

  it('fault 10: headers beyond 16 KiB are no answer of a completion endpoint', async () => {
    const { error } = await callTo((socket) => socket.write(head('200 OK', `x-big: ${'x'.repeat(20_000)}`)));
    expect(error).toMatchObject({ code: 'unexpected_content', phase: 'headers', retryable: false });
  });

  it.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['an answer without a status line', '<html>hello</html>'],
    ['a chunk size that is none', `${STREAM}xyz\r\nhello\r\n`],
    ['100 Continue that nobody asked for', head('100 Continue')],
    ['an upgrade that nobody asked for', head('101 Switching Protocols', 'connection: upgrade', 'upgrade: websocket')],
  ])('fault 11: %s is unexpected content', async (_what, bytes) => {
    const { error } = await callTo((socket) => socket.write(bytes));
    expect(error).toMatchObject({ code: 'unexpected_content', retryable: false });
  });

  it.each([
    ['fault 39: fewer bytes than announced', head('200 OK', 'content-length: 100') + 'short'],
    ['fault 50: an end without the last chunk', STREAM + chunked('short')],
    ['fault 50: an end within a chunk', `${STREAM}ff\r\nshort`],
    ['fault 50: an end within a chunk of a last response', `${LAST_STREAM}ff\r\nshort`],
  ])('%s is a truncated answer', async (_what, bytes) => {
    const { values, error } = await callTo((socket) => socket.end(bytes));
    expect(values).toEqual(['short']);
    expect(error).toMatchObject({ code: 'truncated', phase: 'body', retryable: true });
  });

  it('fault 51: a reset in the middle of a body is a lost connection, after what had come', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text')));
    const { values, error } = await outcomeOf(
      streamResponse<string>(
        () => requestTo(server.url),
        (_head, sink) => ({
          push: (bytes) => {
            sink.emit(Buffer.from(bytes).toString());
            server.sockets[0]?.resetAndDestroy();
          },
          flush: () => undefined,
          interrupt: (failure) => failure,
        }),
      ),
    );
    expect(values).toEqual(['text']);
    expect(error).toMatchObject({ code: 'connection_lost', phase: 'body', cause: { code: 'ECONNRESET' } });
  });

  it('fault 51: a loss the reader can do without completes the call', async () => {
    const server = await serve((socket) => socket.end(STREAM + chunked('whole')));
    const texts = textsFrom(server.url, {}, { interrupt: () => undefined });
    expect(await outcomeOf(texts)).toEqual({ values: ['whole'] });
  });

  it('fault 52: a body that ends with its connection has ended for the transport; the reader knows better', async () => {
    const { values, error } = await callTo((socket) => socket.end(head('200 OK', 'connection: close') + 'text'));
    expect({ values, error }).toEqual({ values: ['text'], error: undefined });
  });

  it('fault 17: an early answer to a request that is still being written is read', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(head('413 Too Large', 'connection: close', 'content-length: 3') + 'big'));
    }).listen(0, '127.0.0.1');
    cleanUp(() => server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { values } = await call(url, { body: 'x'.repeat(8_000_000) });
    expect(values).toEqual(['big']);
  });
});

describe('errors of the caller and of dispatchers', () => {
  it('fault 120: a header no request can carry is a config error that does not show it', async () => {
    const { error } = await call('http://127.0.0.1:1/', { headers: { authorization: `Bearer ${CANARY}\r\nx: y` } });
    expect(error).toMatchObject({ code: 'config', phase: 'config', retryable: false });
    expect(inspect(error, { depth: 9 })).not.toContain(CANARY);
  });

  it('a dispatcher that is closed is a config error', async () => {
    const agent = new Agent();
    await agent.close();
    expect((await call('http://127.0.0.1:1/', { dispatcher: agent })).error).toMatchObject({ code: 'config' });
  });

  it('a dispatcher that throws is a connect error', async () => {
    const dispatcher = {
      dispatch: () => {
        throw new Error('out of order');
      },
    };
    const { error } = await call('http://x/', { dispatcher });
    expect(error).toMatchObject({ code: 'connect', cause: { message: 'out of order' } });
  });

  it('a dispatcher that notes a trace of its own in the options gets its answer', async () => {
    const server = await serve((socket) => socket.end(`${STREAM}${chunked('a')}${LAST_CHUNK}`));
    const agent = new Agent();
    cleanUp(() => agent.close());
    const inner: DispatcherLike = agent;
    const dispatcher: DispatcherLike = {
      dispatch: (options, handler) => inner.dispatch(Object.assign(options, { trace: 'trace-1' }), handler),
    };
    expect(await call(server.url, { dispatcher })).toEqual({ values: ['a'] });
  });

  it('a mock without an answer for the call is a config error', async () => {
    const mock = new MockAgent();
    mock.disableNetConnect();
    cleanUp(() => mock.close());
    expect((await call('http://mock/', { dispatcher: mock })).error).toMatchObject({ code: 'config' });
  });

  it.each([
    ['UND_ERR_HEADERS_TIMEOUT', { code: 'timeout', which: 'headers' }],
    ['UND_ERR_BODY_TIMEOUT', { code: 'timeout', which: 'idle' }],
    ['UND_ERR_RES_EXCEEDED_MAX_SIZE', { code: 'limit' }],
    ['EPROTO', { code: 'tls' }],
  ])('a failure of a dispatcher of its own kind, %s, is told in our words', async (code, expected) => {
    const mock = new MockAgent();
    cleanUp(() => mock.close());
    const failure = new TypeError('fetch failed', { cause: Object.assign(new Error('reason'), { code }) });
    mock.get('http://mock').intercept({ path: '/', method: 'POST' }).replyWithError(failure);
    expect((await call('http://mock/', { dispatcher: mock })).error).toMatchObject(expected);
  });

  it('fault 121: no error shows key or prompt, in whatever it is looked at', async () => {
    const mock = new MockAgent();
    cleanUp(() => mock.close());
    const loose = Object.assign(new Error(`bad key ${CANARY} at https://user:secret@host/`), {
      options: { body: PROMPT, headers: CANARY },
    });
    mock.get('http://mock').intercept({ path: '/', method: 'POST' }).replyWithError(loose);
    const { error } = await call('http://mock/', { dispatcher: mock });
    const shown = [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), error?.stack, String(error)].join('\n');
    expect(shown).toContain('could not be reached');
    for (const secret of [CANARY, PROMPT, 'secret']) expect(shown).not.toContain(secret);
  });

  it('closes the socket of a response that fails', async () => {
    const server = await serve((socket) => socket.write(`${STREAM}xyz\r\n`));
    await call(server.url);
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });
});

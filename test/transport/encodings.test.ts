import { once } from 'node:events';
import zlib from 'node:zlib';
import { MockAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { streamResponse } from '../../src/transport/streamResponse.ts';
import { cleanUp } from '../support/cleanUp.ts';
import { closing, head, LAST_CHUNK, outcomeOf, pending, requestTo, serve, until, type Overrides, SOON_MS } from './support.ts';
import { textsFrom } from './textsFrom.ts';

const TEXT = 'data: ünïcode\n\n'.repeat(20);
const zstd = 'createZstdDecompress' in zlib;

const chunk = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

/** Answers with a body in an encoding. */
const decode = async (
  encoding: string,
  body: Buffer,
  { isWhole = true, ...overrides }: Overrides & { isWhole?: boolean } = {},
) => {
  const server = await serve((socket) => {
    socket.write(head('200 OK', `content-encoding: ${encoding}`, 'transfer-encoding: chunked'));
    if (body.length > 0) socket.write(chunk(body));
    if (isWhole) socket.write(LAST_CHUNK);
  });
  const texts = textsFrom(server.url, overrides);
  const { values, error } = await outcomeOf(texts);
  return { text: values.join(''), values, error, server };
};

describe('an encoded body', () => {
  it.each([
    ['gzip', zlib.gzipSync(TEXT)],
    ['X-GZip', zlib.gzipSync(TEXT)],
    ['gzip', Buffer.concat([zlib.gzipSync(TEXT.slice(0, 15)), zlib.gzipSync(TEXT.slice(15))])],
    ['deflate', zlib.deflateSync(TEXT)],
    ['deflate', zlib.deflateRawSync(TEXT)],
    ['br', zlib.brotliCompressSync(TEXT)],
    ['identity', Buffer.from(TEXT)],
    ['utf-8', Buffer.from(TEXT)],
    ['gzip, identity', zlib.gzipSync(TEXT)],
  ])('fault 37: %s is decoded', async (encoding, body) => {
    expect(await decode(encoding, body)).toMatchObject({ text: TEXT, error: undefined });
  });

  it.runIf(zstd)('fault 37: zstd is decoded where node can', async () => {
    const compress = Reflect.get(zlib, 'zstdCompressSync') as (text: string) => Buffer;
    const body = compress(TEXT);
    expect(await decode('zstd', body)).toMatchObject({ text: TEXT, error: undefined });
  });

  it.each([...(zstd ? [] : ['zstd']), 'compress', 'gzip, gzip', 'gzip, br'])(
    'fault 37: %s is refused',
    async (encoding) => {
      const { error, server } = await decode(encoding, zlib.gzipSync(TEXT), { isWhole: false });
      expect(error).toMatchObject({ code: 'unexpected_content', retryable: false, endpoint: { provider: 'test' } });
      expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
    },
  );

  it.each([
    ['gzip', () => zlib.createGzip(), zlib.constants.Z_SYNC_FLUSH],
    ['deflate', () => zlib.createDeflate(), zlib.constants.Z_SYNC_FLUSH],
    ['br', () => zlib.createBrotliCompress(), zlib.constants.BROTLI_OPERATION_FLUSH],
  ] as const)('fault 37: %s gives each piece as it comes', async (encoding, create, flush) => {
    const encoder = create();
    const server = await serve((socket) => {
      socket.write(head('200 OK', `content-encoding: ${encoding}`, 'transfer-encoding: chunked'));
      encoder.on('data', (bytes: Buffer) => socket.write(chunk(bytes)));
    });
    const call = pending(textsFrom(server.url));
    await until(() => server.requests.length === 1);
    for (const piece of ['one', 'two', 'three']) {
      encoder.write(piece);
      encoder.flush(flush);
      await until(() => call.notifications.at(-1) === piece);
    }
    call.subscription.unsubscribe();
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
    expect(call.notifications).toEqual(['one', 'two', 'three']);
  });

  it('fault 38: cut short is a lost connection, after what could be decoded', async () => {
    const { text, error } = await decode('gzip', zlib.gzipSync(TEXT).subarray(0, -12));
    expect(TEXT.startsWith(text)).toBe(true);
    expect(error).toMatchObject({ code: 'connection_lost', phase: 'body', retryable: true, cause: { code: 'Z_BUF_ERROR' } });
  });

  it('fault 38: cut short by the network is what the network says', async () => {
    const body = zlib.gzipSync(TEXT).subarray(0, -12);
    const server = await serve((socket) => {
      socket.write(head('200 OK', 'content-encoding: gzip', 'content-length: 9999'));
      socket.end(body);
    });
    const { error } = await outcomeOf(textsFrom(server.url));
    expect(error).toMatchObject({ code: 'truncated', cause: { code: 'UND_ERR_SOCKET' } });
  });

  it.each(['gzip', 'deflate', 'br'])('fault 38: that is no %s at all is unexpected content, worth another try', async (encoding) => {
    const { error, server } = await decode(encoding, Buffer.from(TEXT), { isWhole: false });
    expect(error).toMatchObject({ code: 'unexpected_content', retryable: true, endpoint: { provider: 'test' } });
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('T-TO-04: bytes are a sign of life before they decode to anything', async () => {
    const body = zlib.gzipSync(TEXT);
    const server = await serve((socket) => {
      socket.write(head('200 OK', 'content-encoding: gzip', `content-length: ${body.length}`));
      let sent = 0;
      const trickle = setInterval(() => socket.write(body.subarray(sent, ++sent)), 15);
      socket.on('close', () => clearInterval(trickle));
    });
    const call = pending(textsFrom(server.url, { timeouts: { idleMs: 100 } }));
    await until(() => call.notifications.length > 0);
    expect(call.notifications[0]).toBeTypeOf('string');
    call.subscription.unsubscribe();
  });

  it('an empty body has no encoding', async () => {
    expect(await decode('gzip', Buffer.alloc(0))).toMatchObject({ text: '', error: undefined });
  });

  it.each([
    ['gzip', (bytes: Buffer) => zlib.gzipSync(bytes)],
    ['br', (bytes: Buffer) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } })],
  ])('fault 67: a %s bomb costs the limit and no more', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(64 * 1024 * 1024));
    const { text, error, server } = await decode(encoding, bomb, { isWhole: false, limits: { maxStreamBytes: 1024 * 1024 } });
    expect(error).toMatchObject({ code: 'limit' });
    expect(error?.message).toContain('maxStreamBytes 1048576');
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('fault 67: a body that decodes to nothing costs the limit and no more', async () => {
    const nothing = Buffer.alloc(1500, Buffer.of(0, 0, 0, 0xff, 0xff));
    expect(await decode('deflate', nothing)).toMatchObject({ text: '', error: { code: 'connection_lost' } });
    const { text, error } = await decode('deflate', nothing, { limits: { maxStreamBytes: 1000 } });
    expect([text, error?.message]).toEqual(['', expect.stringContaining('maxStreamBytes 1000')]);
  });

  it('unsubscribing in the middle of a decoded read ends it', async () => {
    const mock = new MockAgent();
    cleanUp(() => mock.close());
    const bomb = zlib.gzipSync(Buffer.alloc(8 * 1024 * 1024));
    const headers = { 'content-encoding': 'gzip' };
    mock.get('http://mock').intercept({ path: '/', method: 'POST' }).reply(200, bomb, { headers });
    let reads = 0;
    const first = new Promise<void>((resolve) => {
      const subscription = textsFrom('http://mock/', { dispatcher: mock }).subscribe(() => {
        reads++;
        subscription.unsubscribe();
        resolve();
      });
    });
    await first;
    await once(zlib.createGzip().end('x').resume(), 'end');
    expect(reads).toBe(1);
  });

  it('T-BP-01: a long body is not held in memory while it is decoded', async () => {
    const members = 60;
    const member = chunk(zlib.gzipSync(Buffer.alloc(1024 * 1024)));
    const server = await serve((socket) => {
      socket.write(head('200 OK', 'content-encoding: gzip', 'transfer-encoding: chunked'));
      for (let index = 0; index < members; index++) socket.write(member);
      socket.write(LAST_CHUNK);
    });
    let bytes = 0;
    let longest = 0;
    const texts = streamResponse<string>(
      () => requestTo(server.url),
      () => ({
        push: (read) => {
          bytes += read.length;
          longest = Math.max(longest, read.length);
        },
        flush: () => undefined,
        interrupt: (error) => error,
      }),
    );
    expect(await outcomeOf(texts)).toEqual({ values: [] });
    expect(bytes).toBe(members * 1024 * 1024);
    expect(longest).toBeLessThanOrEqual(64 * 1024);
  });
});

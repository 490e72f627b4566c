import { once } from 'node:events';
import type { Socket } from 'node:net';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sourceAtWork, type PacedSource } from '../../src/emitFrom.ts';
import type { Timeouts } from '../../src/request/Timeouts.ts';
import { createDecodedFeed } from '../../src/transport/createDecodedFeed.ts';
import { PlainFeed } from '../../src/transport/PlainFeed.ts';
import { streamResponse } from '../../src/transport/streamResponse.ts';
import { alive, chunked, closing, deferred, head, LAST_CHUNK, readText, requestTo, serve, SOON_MS, STREAM, turns, until, type Pending } from './support.ts';

const PIECE = 'x'.repeat(16 * 1024);
/** More than the buffers of two systems hold. */
const MANY = 2_000;

interface Pour {
  readonly written: number;
  /** Whether the system takes no more, since the client does not read. */
  readonly stuck: boolean;
}

/** Writes pieces as fast as the client takes them, as a server does that cares for its memory. */
const pour = (socket: Socket, piece: string | Buffer, count: number, end: string | Buffer): Pour => {
  let written = 0;
  let stuck = false;
  const goOn = (): void => {
    stuck = false;
    while (written < count) {
      written += 1;
      if (socket.write(piece)) continue;
      stuck = true;
      return;
    }
    socket.write(end);
  };
  socket.on('drain', goOn);
  goOn();
  return {
    get written() {
      return written;
    },
    get stuck() {
      return stuck;
    },
  };
};

interface Held extends Pending {
  readonly bytes: number;
  /** Lets the endpoint go on. */
  release(): void;
  /** Makes it wait once more. */
  again(): void;
}

/** A call whose first read makes the endpoint wait. */
const hold = (url: string, timeouts: Partial<Timeouts> = {}): Held => {
  const notifications: unknown[] = [];
  let bytes = 0;
  let source: PacedSource | undefined;
  let release: (() => void) | undefined;
  const subscription = streamResponse(() => requestTo(url, { timeouts }), readText()).subscribe({
    next: (text) => {
      bytes += text.length;
      source ??= sourceAtWork();
      release ??= source?.hold();
    },
    error: (error: unknown) => notifications.push(error),
    complete: () => notifications.push('complete'),
  });
  return {
    subscription,
    notifications,
    get bytes() {
      return bytes;
    },
    release: () => release?.(),
    again: () => (release = source?.hold()),
  };
};

/** Until nothing moves: the system's buffers fill in turns of their own. */
const stuck = async (poured: () => Pour | undefined): Promise<void> => {
  for (let before = -1; ; ) {
    await until(() => poured()?.stuck === true);
    if (poured()?.written === before) return;
    before = poured()?.written ?? -1;
    await turns(50);
  }
};

/** Until another body would have been decoded. */
const elsewhere = async (): Promise<void> => {
  for (let count = 0; count < 3; count++) await once(zlib.createGzip().end('x'.repeat(100_000)).resume(), 'end');
};

describe('a call that is made to wait', () => {
  it('T-BP-01, fault 112: is not read, so that the endpoint cannot write, and goes on where it was', async () => {
    let poured: Pour | undefined;
    const server = await serve((socket) => {
      socket.write(STREAM);
      poured = pour(socket, chunked(PIECE), MANY, LAST_CHUNK);
    });
    const call = hold(server.url);
    await until(() => call.bytes > 0);
    await stuck(() => poured);
    expect(call.bytes).toBeLessThanOrEqual(64 * 1024);
    expect(poured?.written).toBeLessThan(MANY);
    call.release();
    await until(() => call.notifications.length > 0);
    expect(call.notifications).toEqual(['complete']);
    expect(call.bytes).toBe(MANY * PIECE.length);
  });

  it('T-BP-01: is not decoded either', async () => {
    const inside = Buffer.alloc(1024 * 1024, 'x');
    const member = zlib.gzipSync(inside, { level: 0 }).toString('latin1');
    let poured: Pour | undefined;
    const count = 40;
    const server = await serve((socket) => {
      socket.write(head('200 OK', 'content-encoding: gzip', 'transfer-encoding: chunked'));
      const frame = Buffer.from(`${member.length.toString(16)}\r\n${member}\r\n`, 'latin1');
      poured = pour(socket, frame, count, LAST_CHUNK);
    });
    const call = hold(server.url);
    await until(() => call.bytes > 0);
    await stuck(() => poured);
    expect(call.bytes).toBeLessThanOrEqual(64 * 1024);
    expect(poured?.written).toBeLessThan(count);
    call.release();
    await until(() => call.notifications.length > 0);
    expect(call.notifications).toEqual(['complete']);
    expect(call.bytes).toBe(count * inside.length);
  });

  it('is read no further within one long read, nor when that is the last', async () => {
    const lengths: number[] = [];
    const ended = deferred();
    const flow: string[] = [];
    const feed = new PlainFeed(
      {
        read: ({ length }) => {
          lengths.push(length);
          feed.hold();
        },
        ended: () => ended.resolve(),
      },
      { pause: () => flow.push('pause'), resume: () => flow.push('resume') },
    );
    feed.push(Buffer.alloc(100_000), performance.now());
    feed.end();
    await turns(5);
    expect(lengths).toEqual([16_384]);
    feed.release();
    await turns(5);
    expect(lengths).toEqual([16_384, 16_384]);
    expect(flow).not.toContain('resume');
    const releasing = setInterval(() => feed.release(), 1);
    await ended.promise;
    clearInterval(releasing);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(100_000);
  });

  it('takes 64 KiB before its network is held, so that a short wait costs no pause', async () => {
    const flow: string[] = [];
    const lengths: number[] = [];
    const feed = new PlainFeed(
      { read: ({ length }) => lengths.push(length), ended: () => undefined },
      { pause: () => flow.push('pause'), resume: () => flow.push('resume') },
    );
    feed.hold();
    for (let count = 0; count < 63; count++) feed.push(Buffer.alloc(1024), performance.now());
    expect([flow, lengths]).toEqual([[], []]);
    feed.push(Buffer.alloc(1024), performance.now());
    expect([flow, lengths]).toEqual([['pause'], []]);
    feed.release();
    await turns(3);
    expect(flow.at(-1)).toBe('resume');
    expect(lengths).toHaveLength(64);
  });

  it('is decoded no further within one read, and its network is held until it is released', async () => {
    let bytes = 0;
    const flow: string[] = [];
    const ended = deferred();
    const feed = createDecodedFeed(
      () => zlib.createGunzip(),
      {
        read: ({ length }) => {
          if (bytes === 0) feed.hold();
          bytes += length;
        },
        ended: () => ended.resolve(),
      },
      { pause: () => flow.push('pause'), resume: () => flow.push(`resume after ${bytes}`) },
    );
    feed.push(zlib.gzipSync(Buffer.alloc(1024 * 1024)), performance.now());
    await until(() => bytes > 0);
    await elsewhere();
    expect(bytes).toBeLessThanOrEqual(64 * 1024);
    feed.release();
    await until(() => bytes === 1024 * 1024);
    feed.end();
    await ended.promise;
    expect(flow.filter((step) => step !== 'pause')).toEqual([`resume after ${1024 * 1024}`]);
  });

  it('is held where one read decodes at once', async () => {
    const flow: string[] = [];
    const feed = createDecodedFeed(
      () => zlib.createGunzip(),
      {
        read: () => {
          feed.hold();
          flow.push('read');
        },
        ended: () => undefined,
      },
      { pause: () => undefined, resume: () => flow.push('resume') },
    );
    feed.push(zlib.gzipSync('short'), performance.now());
    await until(() => flow.length > 0);
    await elsewhere();
    expect(flow).toEqual(['read']);
    feed.release();
    await until(() => flow.length > 1);
    expect(flow).toEqual(['read', 'resume']);
    feed.stop();
  });

  it('loses nothing of a response that ends with its connection, which it holds instead', async () => {
    const server = await serve((socket) => {
      socket.write(head('200 OK', 'content-type: text/event-stream', 'connection: close'));
      socket.end('x'.repeat(3_000_000));
    });
    const call = hold(server.url);
    await until(() => call.bytes > 0);
    await until(() => server.sockets[0]?.closed === true);
    expect(call.bytes).toBeLessThanOrEqual(64 * 1024);
    expect(call.notifications).toEqual([]);
    call.release();
    await until(() => call.notifications.length > 0);
    expect([call.notifications, call.bytes]).toEqual([['complete'], 3_000_000]);
  });

  it('waits until each of several has released it', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('a', 'b') + LAST_CHUNK));
    const releases: (() => void)[] = [];
    const texts: string[] = [];
    const ended = deferred();
    streamResponse(() => requestTo(server.url), readText()).subscribe({
      next: (text) => {
        texts.push(text);
        const source = sourceAtWork();
        if (text === 'a' && source !== undefined) releases.push(source.hold(), source.hold());
      },
      complete: () => ended.resolve(),
    });
    await until(() => releases.length === 2);
    releases[0]?.();
    releases[0]?.();
    await turns(20);
    expect(texts).toEqual(['a']);
    releases[1]?.();
    await ended.promise;
    expect(texts).toEqual(['a', 'b']);
  });

  it('T-TO-01: blames no silence on the endpoint, and gives it its whole time when it may speak again', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text')));
    const call = hold(server.url, { idleMs: 60, contentMs: 80 });
    await until(() => call.bytes > 0);
    const held = performance.now();
    await until(() => performance.now() - held > 200);
    expect(call.notifications).toEqual([]);
    const released = performance.now();
    call.release();
    await until(() => call.notifications.length > 0);
    expect(call.notifications).toMatchObject([{ code: 'timeout', which: 'idle' }]);
    expect(performance.now() - released).toBeGreaterThan(40);
  });

  it('counts what the endpoint had been silent before it was held', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text')));
    const call = hold(server.url, { idleMs: 10_000, contentMs: 600 });
    await until(() => call.bytes > 0);
    call.release();
    const silent = performance.now();
    await until(() => performance.now() - silent > 450);
    call.again();
    const held = performance.now();
    await until(() => performance.now() - held > 300);
    call.release();
    const released = performance.now();
    await until(() => call.notifications.length > 0);
    expect(call.notifications).toMatchObject([{ code: 'timeout', which: 'content' }]);
    expect(performance.now() - released).toBeLessThan(450);
  });

  it('fault 55: ends when its whole time is up all the same', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text', 'more')));
    const call = hold(server.url, { totalMs: 120 });
    await until(() => call.notifications.length > 0);
    expect(call.notifications).toMatchObject([{ code: 'timeout', which: 'total' }]);
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
  });

  it('closes its socket when it is left, and cannot be released any more', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text', 'more')));
    const call = hold(server.url);
    await until(() => call.bytes > 0);
    call.subscription.unsubscribe();
    expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
    const immediates = alive('Immediate');
    call.release();
    expect(alive('Immediate')).toBe(immediates);
    await turns(3);
    expect(call.bytes).toBe('text'.length);
  });

  it('may be released within a read of another call', async () => {
    const server = await serve((socket, count) => socket.write(STREAM + chunked(count === 1 ? PIECE : 'other', 'more') + LAST_CHUNK));
    const first = hold(server.url);
    await until(() => first.bytes > 0);
    const ended = deferred<unknown>();
    streamResponse(() => requestTo(server.url), readText()).subscribe({
      next: () => first.release(),
      error: (error: unknown) => ended.resolve(error),
      complete: () => ended.resolve('complete'),
    });
    expect(await ended.promise).toBe('complete');
    await until(() => first.notifications.length > 0);
    expect([first.notifications, first.bytes]).toEqual([['complete'], PIECE.length + 4]);
  });

  it('tells of a connection that breaks while it waits, when it has been read', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text', 'more')));
    const call = hold(server.url);
    await until(() => call.bytes > 0);
    server.sockets[0]?.destroy();
    await turns(20);
    call.release();
    await until(() => call.notifications.length > 0);
    expect(call.notifications).toMatchObject([{ code: 'truncated' }]);
  });

  it('leaves its socket to the next call when the answer ends in the read that made it wait', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('all') + LAST_CHUNK));
    const call = (): Promise<void> =>
      new Promise((resolve) => {
        streamResponse<string>(() => requestTo(server.url), (_head, sink) => ({
          push: () => {
            sink.emit('all');
            sink.end();
          },
          flush: () => undefined,
          interrupt: (error) => error,
        })).subscribe({ next: () => sourceAtWork()?.hold(), complete: resolve });
      });
    await call();
    await turns(5);
    await call();
    expect(server.sockets).toHaveLength(1);
  });
});

import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createDecodedFeed } from '../../src/transport/createDecodedFeed.ts';
import { deferred } from './support.ts';

describe('createDecodedFeed', () => {
  it('T-BP-01: holds the network back until a read is decoded', async () => {
    const log: string[] = [];
    const ended = deferred();
    let bytes = 0;
    const feed = createDecodedFeed(
      () => zlib.createGunzip(),
      { read: (read) => (bytes += read.length), ended: () => ended.resolve() },
      { pause: () => log.push('pause'), resume: () => log.push(`resume after ${bytes} bytes`) },
    );
    feed.push(zlib.gzipSync(Buffer.alloc(1024 * 1024)), performance.now());
    expect(log).toEqual(['pause']);
    feed.end();
    await ended.promise;
    expect(log).toEqual(['pause', `resume after ${1024 * 1024} bytes`]);
  });
});

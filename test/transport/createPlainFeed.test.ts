import { describe, expect, it } from 'vitest';
import { createPlainFeed } from '../../src/transport/createPlainFeed.ts';
import { deferred } from './support.ts';

const flow = { pause: () => undefined, resume: () => undefined };

describe('createPlainFeed', () => {
  it('cuts a very long read into slices without losing or moving a byte', () => {
    const body = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
    const slices: Uint8Array[] = [];
    let endings = 0;
    const feed = createPlainFeed({ read: (bytes) => slices.push(bytes), ended: () => endings++ }, flow);
    feed.push(body);
    feed.end();
    expect(Buffer.compare(Buffer.concat(slices), body)).toBe(0);
    expect(Math.max(...slices.map((slice) => slice.length))).toBe(16 * 1024);
    expect(endings).toBe(1);
  });

  it('holds the network back from the end of a stretch to the end of the read', async () => {
    const log: string[] = [];
    const ended = deferred();
    const read = (): void => {
      const until = performance.now() + 15;
      while (performance.now() < until);
      log.push('read');
    };
    const feed = createPlainFeed(
      { read, ended: () => ended.resolve() },
      { pause: () => log.push('pause'), resume: () => log.push('resume') },
    );
    feed.push(new Uint8Array(65 * 1024));
    feed.end();
    await ended.promise;
    expect(log.filter((entry) => entry === 'read').length).toBe(5);
    expect(log.indexOf('pause')).toBeLessThan(4);
    expect(log.at(-1)).toBe('resume');
  });

  it('reads nothing more once it was stopped within a read', () => {
    let reads = 0;
    let endings = 0;
    const read = (): void => {
      reads++;
      feed.stop();
    };
    const feed = createPlainFeed({ read, ended: () => endings++ }, flow);
    feed.push(new Uint8Array(100_000));
    expect([reads, endings]).toEqual([1, 0]);
  });
});

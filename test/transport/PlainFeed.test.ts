import { describe, expect, it } from 'vitest';
import { PlainFeed } from '../../src/transport/PlainFeed.ts';
import { deferred, turns } from './support.ts';

const flow = { pause: () => undefined, resume: () => undefined };

describe('PlainFeed', () => {
  it('cuts a very long read into slices without losing or moving a byte', () => {
    const body = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
    const slices: Uint8Array[] = [];
    let endings = 0;
    const feed = new PlainFeed({ read: (bytes) => slices.push(bytes), ended: () => endings++ }, flow);
    feed.push(body, performance.now());
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
    const feed = new PlainFeed(
      { read, ended: () => ended.resolve() },
      { pause: () => log.push('pause'), resume: () => log.push('resume') },
    );
    feed.push(new Uint8Array(65 * 1024), performance.now());
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
    const feed = new PlainFeed({ read, ended: () => endings++ }, flow);
    feed.push(new Uint8Array(100_000), performance.now());
    expect([reads, endings]).toEqual([1, 0]);
  });

  it('fault 68: lets the event loop go round between many reads that come in one turn of it', async () => {
    const read: number[] = [];
    const perTurn: number[] = [];
    const ended = deferred();
    const readSlowly = ([number = 0]: Uint8Array): void => {
      const until = performance.now() + 5;
      while (performance.now() < until);
      read.push(number);
    };
    const feed = new PlainFeed({ read: readSlowly, ended: () => ended.resolve() }, flow);
    for (let number = 0; number < 40; number++) feed.push(Uint8Array.of(number), performance.now());
    feed.end();
    let seen = 0;
    do {
      perTurn.push(read.length - seen);
      seen = read.length;
      await turns(1);
    } while (seen < 40);
    await ended.promise;
    expect(read).toEqual(Array.from({ length: 40 }, (_, number) => number));
    expect(Math.max(...perTurn)).toBeLessThan(10);
  });

  it.each([
    ['at once', false],
    ['one after the other', true],
  ])('takes time linear in how many reads it was made to hold, handed on %s', async (_, oneByOne) => {
    const time = async (count: number): Promise<number> => {
      let reads = 0;
      const ended = deferred();
      const read = (): void => {
        reads++;
        if (!oneByOne) return;
        feed.hold();
        setImmediate(() => feed.release());
      };
      const feed = new PlainFeed({ read, ended: () => ended.resolve() }, flow);
      feed.hold();
      for (let number = 0; number < count; number++) feed.push(Uint8Array.of(1), performance.now());
      feed.end();
      const begin = performance.now();
      feed.release();
      await ended.promise;
      expect(reads).toBe(count);
      return performance.now() - begin;
    };
    await time(20_000);
    expect(await time(200_000)).toBeLessThan(50 * Math.max(await time(20_000), 10));
  });

  it('hands reads on at once again when the turn is over', async () => {
    let reads = 0;
    const readSlowly = (): void => {
      reads++;
      const until = performance.now() + 25;
      while (performance.now() < until);
    };
    const feed = new PlainFeed({ read: readSlowly, ended: () => undefined }, flow);
    feed.push(new Uint8Array(1), performance.now());
    await turns(2);
    feed.push(new Uint8Array(1), performance.now());
    expect(reads).toBe(2);
  });
});

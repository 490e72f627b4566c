import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { closing, head, outcomeOf, serve, SOON_MS } from './support.ts';
import { textsFrom } from './textsFrom.ts';

const redirect = async (status: string, ...headers: string[]) => {
  const server = await serve((socket) => socket.write(head(status, ...headers, 'content-length: 9999')));
  const { values, error } = await outcomeOf(textsFrom(server.url));
  return { server, values, error, host: new URL(server.url).host };
};

describe('a redirect', () => {
  it.each(['301 Moved', '302 Found', '303 See Other', '304 Not Modified', '307 Temporary', '308 Permanent'])(
    'fault 12: %s is not followed, its body not read, its socket closed',
    async (status) => {
      const { server, values, error } = await redirect(status, 'location: /elsewhere');
      expect(values).toEqual([]);
      expect(error).toMatchObject({ code: 'redirect', phase: 'headers', status: Number(status.slice(0, 3)), retryable: false });
      expect(await closing(server.sockets[0])).toBeLessThan(SOON_MS);
      expect(server.requests.length).toBe(1);
    },
  );

  it('fault 12: is told with the origin it leads to and no more of its target', async () => {
    const { error, host } = await redirect('307 Temporary', 'location: https://user:pw@login.example:8443/path?token=secret');
    expect(error?.message).toBe(
      `${host} answered with a redirect (307) to https://login.example:8443, which is not followed`,
    );
    expect(inspect(error, { depth: 9 })).not.toMatch(/user|pw@|path|token|secret/);
  });

  it.each(['location: javascript:alert(1)', 'location: http://[', 'x-none: 1'])('tells of no origin for "%s"', async (header) => {
    const { error, host } = await redirect('302 Found', header);
    expect(error?.message).toBe(`${host} answered with a redirect (302), which is not followed`);
  });
});

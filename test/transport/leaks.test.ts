import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { cleanUp } from '../support/cleanUp.ts';
import { alive, chunked, closing, LAST_CHUNK, outcomeOf, serve, STREAM, turns, until } from './support.ts';
import { textsFrom } from './textsFrom.ts';
import { watchWarnings } from './watchWarnings.ts';

/** Answers with the number of connections it has seen. */
const KEEPING_SERVER = `
  let connections = 0;
  const server = require('node:http').createServer((request, response) => response.end(String(connections)));
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

describe('what a call leaves behind', () => {
  it('T-AB-03: nothing, after a thousand calls', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text') + LAST_CHUNK));
    const { signal } = new AbortController();
    const texts = textsFrom(server.url, { signal });
    const warnings = watchWarnings();
    const before = { timers: alive('Timeout'), immediates: alive('Immediate') };
    for (let call = 0; call < 1_000; call++) {
      const { values } = await outcomeOf(texts);
      if (values[0] !== 'text') throw new Error(`call ${call} failed`);
    }
    await turns(3);
    expect(alive('Timeout')).toBeLessThanOrEqual(before.timers);
    expect(alive('Immediate')).toBeLessThanOrEqual(before.immediates);
    expect(server.sockets.filter((socket) => !socket.closed).length).toBeLessThan(5);
    expect(warnings).toEqual([]);
  });

  it('fault 116: a kept socket does not keep the process alive', async () => {
    // In a process of its own, so that its sockets are not counted here.
    const server = spawn(process.execPath, ['-e', KEEPING_SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
    cleanUp(() => server.kill());
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    const texts = textsFrom(`http://127.0.0.1:${port.toString().trim()}/`);
    expect(await outcomeOf(texts)).toEqual({ values: ['1'] });
    await turns(3);
    expect(alive('TCPSocketWrap')).toBe(0);
    expect(await outcomeOf(texts)).toEqual({ values: ['1'] });
  });

  it('T-AB-01: no socket, after a hundred calls ended in their body', async () => {
    const server = await serve((socket) => socket.write(STREAM + chunked('text')));
    const texts = textsFrom(server.url);
    for (let call = 0; call < 100; call++)
      await new Promise<void>((resolve) => {
        const subscription = texts.subscribe(() => {
          subscription.unsubscribe();
          resolve();
        });
      });
    for (const socket of server.sockets) await closing(socket);
    expect(server.sockets.length).toBe(100);
    await until(() => server.sockets.every((socket) => socket.closed));
  });
});

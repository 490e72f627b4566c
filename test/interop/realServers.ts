import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

/** The base URLs of running llama-servers, one for each way of running it. */
export interface RealServers {
  readonly plain: string;
  /** Leaves `<think>` in the content. */
  readonly rawThinking: string;
  /** Wants the key `SERVER_KEY`. */
  readonly locked: string;
  /** About 40 tokens a second, and a keep-alive every second. */
  readonly slow: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** `null` where there is no server to run. */
    servers: RealServers | null;
  }
}

export const SERVER_KEY = 'k';

/** Where the scripts lie that bring up a llama-server, beside the checkout; they are not part of it. */
export const serverFolder: string =
  process.env['RX_COMPLETIONS_REALSERVER'] ?? fileURLToPath(new URL('../../../shared/realserver', import.meta.url));

const run = promisify(execFile);

export interface RealServer {
  readonly baseUrl: string;
  stop(): Promise<void>;
  /** Ends the server's process without a farewell. */
  crash(): void;
}

/** Starts a llama-server on a free port and resolves once it answers. */
export const startServer = async (flags: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<RealServer> => {
  const port = await freePort();
  const { stdout } = await run(join(serverFolder, 'start.sh'), [String(port), ...flags], { env: { ...process.env, ...environment }, timeout: 50_000 });
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    crash: () => {
      const pid = /pid (\d+)/.exec(stdout)?.[1];
      if (pid === undefined) throw new Error(`no process in "${stdout}"`);
      process.kill(Number(pid), 'SIGKILL');
    },
    stop: async () => {
      await run(join(serverFolder, 'stop.sh'), [String(port)], { timeout: 20_000 });
    },
  };
};

/** A port that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

export default async ({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> => {
  if (!existsSync(join(serverFolder, 'start.sh'))) {
    provide('servers', null);
    return undefined;
  }
  await run(join(serverFolder, 'setup.sh'), [], { timeout: 300_000 });
  const started: RealServer[] = [];
  const stopAll = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
  };
  const start = async (...parameters: Parameters<typeof startServer>): Promise<string> => {
    const server = await startServer(...parameters);
    started.push(server);
    return server.baseUrl;
  };
  try {
    provide('servers', {
      plain: await start(),
      rawThinking: await start(['--reasoning-format', 'none']),
      locked: await start(['--api-key', SERVER_KEY]),
      slow: await start(['--sse-ping-interval', '1'], { SLOW: '1' }),
    });
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
};

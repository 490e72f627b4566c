import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { cleanUp } from '../support/cleanUp.ts';

export type Pieces = Iterable<string | Uint8Array>;

/** What the endpoint says of itself to a test. */
export interface HostileEndpoint {
  readonly baseUrl: string;
  /** Bytes of bodies handed to the system so far. */
  readonly sentBytes: number;
}

/** Hands pieces to the system as fast as the client takes them. */
const pour = (pieces: Pieces, response: ServerResponse, sent: (bytes: number) => void): void => {
  const left = pieces[Symbol.iterator]();
  const goOn = (): void => {
    while (!response.destroyed) {
      const next = left.next();
      if (next.done === true) {
        response.end();
        return;
      }
      sent(next.value.length);
      if (!response.write(next.value)) return;
    }
  };
  response.on('drain', goOn);
  goOn();
};

export interface HostileAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pieces: () => Pieces;
}

/** An endpoint whose first answer is a friendly one, so that what a first call costs is not counted; the rest are hostile. */
export const hostileEndpoint = async ({ status = 200, headers = {}, pieces }: HostileAnswer): Promise<HostileEndpoint> => {
  let sentBytes = 0;
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.on('error', () => undefined);
    if (calls++ === 0) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(FRIENDLY);
      return;
    }
    response.writeHead(status, { 'content-type': 'text/event-stream', ...headers });
    pour(pieces(), response, (bytes) => (sentBytes += bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get sentBytes() {
      return sentBytes;
    },
  };
};

const FRIENDLY = `data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;

/** Runs a program of this folder in a process of its own and reads the JSON it prints last. */
export const runProgram = async <Report>(name: string, input: unknown, flags: readonly string[] = []): Promise<Report> => {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', ...flags, path, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 170_000,
  });
  cleanUp(() => child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 || errors !== '') throw new Error(`${name} ended with ${code ?? 'a signal'}: ${errors}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Report;
};

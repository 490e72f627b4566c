import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Observable, Subscription } from 'rxjs';
import type { CompletionError } from '../../src/errors/CompletionError.ts';
import { readAddress } from '../../src/request/addressOf.ts';
import { COMMON_MANNERS } from '../../src/request/hostManners.ts';
import type { HttpRequest } from '../../src/request/HttpRequest.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/request/Limits.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../src/request/Timeouts.ts';
import type { OpenReader, ResponseReader } from '../../src/transport/ResponseReader.ts';
import { cleanUp } from '../support/cleanUp.ts';

export const CANARY = 'sk-canary-0123456789abcdef';
export const PROMPT = 'the prompt nobody may see';

export interface TestServer {
  readonly url: string;
  /** Every connection so far, first to last. */
  readonly sockets: readonly Socket[];
  /** The heads and bodies of all requests so far. */
  readonly requests: readonly string[];
}

/** What a server does with a whole request: `count` is the number of the request on this server, from 1. */
export type Answer = (socket: Socket, count: number) => void;

/** A TCP server that answers each HTTP request as told, byte by byte. */
export const serve = async (answer: Answer): Promise<TestServer> => {
  const requests: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let received = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      const length = /content-length: (\d+)/i.exec(received)?.[1];
      const end = received.indexOf('\r\n\r\n') + 4;
      if (end < 4 || received.length < end + Number(length ?? 0)) return;
      requests.push(received);
      received = '';
      answer(socket, requests.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1/chat/completions`, sockets, requests };
};

export const head = (status: string, ...headers: string[]): string =>
  [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');

export const chunked = (...pieces: string[]): string =>
  pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`).join('');

export const STREAM = head('200 OK', 'content-type: text/event-stream', 'transfer-encoding: chunked');
export const LAST_CHUNK = '0\r\n\r\n';

/** Within this a socket is closed that a call closes. One that is only left alone lives on for seconds. */
export const SOON_MS = 500;

/** Resolves once the socket is closed, seen from where it is; how long after the call, in milliseconds. */
export const closing = async (socket: Socket | undefined): Promise<number> => {
  const since = performance.now();
  if (socket !== undefined && !socket.closed) await once(socket, 'close');
  return performance.now() - since;
};

export type Overrides = Partial<Omit<HttpRequest, 'address' | 'timeouts' | 'limits'>> & {
  readonly timeouts?: Partial<Timeouts>;
  readonly limits?: Partial<Limits>;
};

export const requestTo = (url: string, { timeouts, limits, ...rest }: Overrides = {}): HttpRequest => ({
  address: readAddress(new URL(url), url),
  headers: { authorization: `Bearer ${CANARY}`, 'content-type': 'application/json' },
  body: JSON.stringify({ messages: [{ role: 'user', content: PROMPT }] }),
  manners: COMMON_MANNERS,
  endpoint: { provider: 'test', model: 'm', host: new URL(url).host },
  secrets: [CANARY],
  warnings: [],
  timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
  limits: { ...DEFAULT_LIMITS, ...limits },
  answer: { choices: 1, onBadFrame: 'error', includeHeartbeats: false, includeRaw: false },
  ...rest,
});

/** A reader that emits each read as text; told what else to do. */
export const readText =
  (own: Partial<ResponseReader> = {}): OpenReader<string> =>
  (_head, sink) => ({
    push: (bytes) => sink.emit(Buffer.from(bytes).toString()),
    flush: () => undefined,
    interrupt: (error) => error,
    ...own,
  });

export interface Outcome<T> {
  readonly values: readonly T[];
  readonly error?: CompletionError;
}

/** Subscribes and waits for the ending. */
export const outcomeOf = <T>(source: Observable<T>): Promise<Outcome<T>> =>
  new Promise((resolve) => {
    const values: T[] = [];
    source.subscribe({
      next: (value) => values.push(value),
      // Whatever else comes is told by its missing fields.
      error: (error: unknown) => resolve({ values, error: error as CompletionError }),
      complete: () => resolve({ values }),
    });
  });

export interface Pending {
  readonly subscription: Subscription;
  /** Values, the error and `'complete'`, in order. */
  readonly notifications: readonly unknown[];
}

/** Subscribes and notes what comes, for calls that are ended from outside. */
export const pending = (source: Observable<unknown>): Pending => {
  const notifications: unknown[] = [];
  const subscription = source.subscribe({
    next: (value) => notifications.push(value),
    error: (error: unknown) => notifications.push(error),
    complete: () => notifications.push('complete'),
  });
  return { subscription, notifications };
};

/** Lets the event loop go round. */
export const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Looks at each turn of the event loop whether something has become true. */
export const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await turns(1);
};

/** A TCP server that accepts connections and never says a word; `greeted` gives the first one that was spoken to. */
export const serveSilently = async (): Promise<{ readonly url: string; readonly greeted: Promise<Socket> }> => {
  const { promise: greeted, resolve } = deferred<Socket>();
  const server = createServer((socket) => {
    cleanUp(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', () => resolve(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/`, greeted };
};

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

export const deferred = <T = void>(): Deferred<T> => {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onReason) => {
    resolve = onValue;
    reject = onReason;
  });
  return { promise, resolve, reject };
};

/** How many timers or sockets keep this process alive; the test runner has some of its own. */
export const alive = (kind: 'Timeout' | 'Immediate' | 'TCPSocketWrap' | 'TCPWrap'): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === kind).length;

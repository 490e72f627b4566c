import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Observable } from 'rxjs';
import {
  openAICompatModel,
  streamOpenAICompletions,
  type CallOptions,
  type CompletionError,
  type Context,
  type OpenAICompatModel,
  type StreamEvent,
} from 'rx-completions';
import { verifyEvents } from 'rx-completions/operators';
import { scriptedEndpoint, type RunningEndpoint, type ScriptedEndpointConfig, type Scripts } from 'rx-completions/testing';
import { cleanUp } from '../support/cleanUp.ts';

/** A scripted endpoint that closes with the test. */
export const endpointOf = async (scripts: Scripts, config?: ScriptedEndpointConfig): Promise<RunningEndpoint> => {
  const endpoint = await scriptedEndpoint(scripts, config);
  cleanUp(() => endpoint.close());
  return endpoint;
};

export const hello: Context = { messages: [{ role: 'user', content: 'Hello' }] };

export const modelAt = ({ baseUrl }: { readonly baseUrl: string }): OpenAICompatModel =>
  openAICompatModel({ provider: 'test', id: 'm', baseUrl });

/** A call whose events are held to their grammar. */
export const callTo = (
  endpoint: { readonly baseUrl: string },
  options: CallOptions = {},
  context: Context = hello,
): Observable<StreamEvent> => streamOpenAICompletions(modelAt(endpoint), context, options).pipe(verifyEvents());

export interface Outcome<T> {
  readonly values: readonly T[];
  readonly error: CompletionError | undefined;
}

/** Subscribes and waits for the ending. */
export const outcomeOf = <T>(source: Observable<T>): Promise<Outcome<T>> =>
  new Promise((resolve) => {
    const values: T[] = [];
    source.subscribe({
      next: (value) => values.push(value),
      // Whatever else comes is told by its missing fields.
      error: (error: unknown) => resolve({ values, error: error as CompletionError }),
      complete: () => resolve({ values, error: undefined }),
    });
  });

export const textIn = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text_delta' ? event.delta : '')).join('');

export interface Deferred<T = void> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

export const deferred = <T = void>(): Deferred<T> => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((onValue) => (resolve = onValue));
  return { promise, resolve };
};

/** Lets the event loop go round. */
export const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Looks at each turn of the event loop whether something has become true. */
export const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await turns(1);
};

/** How many of these keep the process alive; the test runner has some of its own. */
export const alive = (kind: 'Timeout' | 'Immediate' | 'TCPSocketWrap' | 'TCPWrap'): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === kind).length;

/** Resolves once the socket is closed, seen from where it is. */
export const closed = async (socket: Socket): Promise<void> => {
  if (!socket.closed) await once(socket, 'close');
};

export interface EndlessEndpoint {
  readonly baseUrl: string;
  /** Bytes of bodies handed to the system so far. */
  readonly sentBytes: number;
  /** Resolves once a client has gone. */
  readonly left: Promise<void>;
}

/** Answers with what `say` gives, again and again, as fast as the client takes it, until the client leaves. */
export const serveEndlessly = async (
  say: (index: number) => string | Uint8Array,
  headers: Readonly<Record<string, string>> = { 'content-type': 'text/event-stream' },
): Promise<EndlessEndpoint> => {
  const left = deferred();
  let sentBytes = 0;
  const server = createServer((_request, response) => {
    let index = 0;
    const goOn = (): void => {
      while (!response.destroyed) {
        const piece = say(index++);
        sentBytes += piece.length;
        if (!response.write(piece)) break;
      }
    };
    response.writeHead(200, headers).on('drain', goOn).on('error', () => undefined);
    response.once('close', () => left.resolve());
    goOn();
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
    left: left.promise,
  };
};

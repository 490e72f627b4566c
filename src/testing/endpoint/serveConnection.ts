import type { Socket } from 'node:net';
import { createExpectation, type OpenExpectation } from './createExpectation.ts';
import { createResponseWire } from './createResponseWire.ts';
import { playScript } from './playScript.ts';
import { readRequests, type RequestProgress } from './readRequests.ts';
import type { RecordedRequest } from './RecordedRequest.ts';
import type { Step } from './Step.ts';

/** What a connection needs of its endpoint. */
export interface ConnectionHost {
  readonly answersAt: RequestProgress['arrived'];
  /** Records a request; returns its number, from 0. */
  record(request: RecordedRequest): number;
  scriptFor(request: RecordedRequest, index: number): readonly Step[];
  expect(expectation: OpenExpectation): void;
  /** Something that is neither the client's right nor the script's will. */
  fault(what: string): void;
}

/** Answers the requests of one connection in their order. Never throws: a client may do what it wants. */
export const serveConnection = (socket: Socket, connection: number, host: ConnectionHost): void => {
  const left = new AbortController();
  const leave = (): void => left.abort();
  let played = Promise.resolve();

  const requests = readRequests(connection)(({ request, arrived }) => {
    if (arrived !== host.answersAt) return;
    const index = host.record(request);
    played = played.then(() => answer(request, index));
  });

  const answer = async (request: RecordedRequest, index: number): Promise<void> => {
    const name = `request ${index + 1} (${request.method} ${request.path})`;
    const expectations: OpenExpectation[] = [];
    try {
      const steps = host.scriptFor(request, index);
      for (const step of steps) if (step.type === 'expectClosed') expectations.push(createExpectation(demand(name, step)));
      for (const each of expectations) host.expect(each);
      const wire = createResponseWire(socket, request, left.signal);
      await playScript({ steps, expectations, wire, signal: left.signal });
    } catch (error) {
      if (!left.signal.aborted) {
        for (const each of expectations) each.settle('its script failed before');
        host.fault(`the script of ${name} failed: ${String(error)}`);
        socket.destroy();
      }
    }
    // Whoever stopped the script by leaving has also closed the connection.
    for (const each of expectations) each.settle();
  };

  socket.setNoDelay(true);
  socket.on('data', (bytes: Buffer) => {
    try {
      requests.push(bytes);
    } catch (error) {
      host.fault(`connection ${connection} sent something that is no request: ${String(error)}`);
      // What else it sends is of no interest, but unread bytes would keep its end from being seen.
      socket.removeAllListeners('data').resume();
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    }
  });
  socket.on('end', leave);
  socket.on('error', leave);
  socket.on('close', leave);
};

const demand = (name: string, { withinMs }: Extract<Step, { type: 'expectClosed' }>): string =>
  `${name}: the client closes its connection within ${withinMs} ms`;

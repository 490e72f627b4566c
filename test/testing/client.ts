import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** A bare TCP client, so that the endpoint is seen as it is and not as an HTTP library shows it. */
export interface Client {
  readonly socket: Socket;
  /** Everything received so far. */
  received(): string;
  /** The reads so far, one string each. */
  readonly reads: readonly string[];
  /** Resolves once the text has come. */
  sees(text: string): Promise<void>;
  /** Resolves with how the connection ended: `'end'` for a FIN, else the error's code. */
  readonly ended: Promise<string>;
  send(text: string): void;
}

export const connectTo = async (port: number, { allowHalfOpen = false } = {}): Promise<Client> => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
  const reads: string[] = [];
  socket.on('data', (bytes: Buffer) => reads.push(bytes.toString('latin1')));
  const ended = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('end'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    socket.once('close', () => resolve('close'));
  });
  await once(socket, 'connect');
  const received = (): string => Buffer.from(reads.join(''), 'latin1').toString('utf8');
  return {
    socket,
    received,
    reads,
    ended,
    sees: async (text) => {
      while (!received().includes(text)) await once(socket, 'data');
    },
    send: (text) => {
      socket.write(text);
    },
  };
};

/** A request as a client would send it. */
export const post = (body = '{}', headers = ''): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: test\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

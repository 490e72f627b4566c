import { Client, type buildConnector, type Dispatcher } from 'undici';

/** What undici does not tell a request's handler: the socket the request waits for, and what that socket has carried. */
export class SocketTrace {
  #socket: unknown;
  #requests = 0;

  /** A new socket takes the place of the last one. */
  replace(socket: unknown): void {
    this.#socket = socket;
    this.#requests = 0;
  }

  /** Counts a request written to the socket; tells how many went before it. */
  use(): number {
    return this.#requests++;
  }

  /**
   * Closes the socket, also one that is not connected yet. undici notices only with a reason. Its own abort would do for a
   * connected one, but then undici 7 makes a new connection just to find that the request on it was aborted.
   */
  close(reason: Error): void {
    const socket = this.#socket;
    if (hasDestroy(socket)) socket.destroy(reason);
  }
}

const traces = new WeakMap<object, SocketTrace>();

/** The trace of the socket a request goes to, found by the options it was dispatched with. */
export const traceOf = (options: object): SocketTrace | undefined => traces.get(options);

/** One keep-alive connection of our own dispatcher, with a trace of its sockets. */
export class TracedClient extends Client {
  readonly #trace: SocketTrace;

  constructor(origin: string | URL, options: Client.Options, connect: buildConnector.connector) {
    const trace = new SocketTrace();
    // undici's connector returns its socket, though its type does not say so.
    const open: (...args: Parameters<typeof connect>) => unknown = connect;
    super(origin, { ...options, connect: (target, callback) => trace.replace(open(target, callback)) });
    this.#trace = trace;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    traces.set(options, this.#trace);
    return super.dispatch(options, handler);
  }
}

const hasDestroy = (socket: unknown): socket is { destroy(reason: Error): void } =>
  typeof socket === 'object' && socket !== null && 'destroy' in socket;

import { Client, type buildConnector, type Dispatcher } from 'undici';
import { SocketTrace } from './SocketTrace.ts';

/** No name of a field, which an interceptor of the caller's might use for a trace of its own. */
export const TRACE: unique symbol = Symbol('trace');

/** Options of a request that wants to know the socket it goes to. Other dispatchers leave the field as it is. */
export interface TracedOptions {
  [TRACE]: SocketTrace | undefined;
}

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

  override dispatch(options: Dispatcher.DispatchOptions & Partial<TracedOptions>, handler: Dispatcher.DispatchHandler): boolean {
    options[TRACE] = this.#trace;
    return super.dispatch(options, handler);
  }
}

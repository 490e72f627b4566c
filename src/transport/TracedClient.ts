import { Client, type buildConnector, type Dispatcher } from 'undici';
import { SocketTrace } from './SocketTrace.ts';

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

import { Agent, buildConnector, Pool } from 'undici';
import type { DispatcherLike } from '../request/DispatcherLike.ts';
import { TracedClient } from './TracedClient.ts';

let shared: DispatcherLike | undefined;
let fresh: DispatcherLike | undefined;

/** The dispatcher of every call that brings none: as many sockets as calls, kept alive between calls. */
export const sharedDispatcher = (): DispatcherLike => (shared ??= createDispatcher(1));

/** Never uses a socket twice. */
export const freshDispatcher = (): DispatcherLike => (fresh ??= createDispatcher(0));

/** undici does not reuse sockets at a pipelining of 0. */
const createDispatcher = (pipelining: 0 | 1): DispatcherLike => {
  // All time limits are the call's own. TLS sessions are kept per connector, so one serves all sockets.
  const connect = buildConnector({ timeout: 0, autoSelectFamily: true, allowH2: false });
  return new Agent({
    pipelining,
    headersTimeout: 0,
    bodyTimeout: 0,
    // Uvicorn, behind most self-hosted endpoints, closes idle sockets after 5 s and does not announce it.
    keepAliveTimeout: 4_000,
    factory: (origin, options: Pool.Options) =>
      new Pool(origin, { ...options, factory: (to, own) => new TracedClient(to, own, connect) }),
  });
};

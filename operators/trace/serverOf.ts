import type { SpanAttributes } from './TracerLike.ts';

/** `[::1]:8080`, `[::1]`, `localhost:8000`, `openrouter.ai`. */
const HOST = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d+))?$/;

/** A host as the conventions want it: the bare name or address, and the port where it says one. */
export const serverOf = (host: string): SpanAttributes => {
  const [, ipv6, name = host, port] = HOST.exec(host) ?? [];
  return { 'server.address': ipv6 ?? name, ...(port !== undefined && { 'server.port': Number(port) }) };
};

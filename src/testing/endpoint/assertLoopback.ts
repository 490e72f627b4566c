import { isIPv4 } from 'node:net';

/** Throws for a host that others can reach. */
export const assertLoopback = (host: string): void => {
  if (host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))) return;
  throw new Error(`a scripted endpoint listens on loopback only, not on ${host}`);
};

/** A host as it stands in a URL. */
export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

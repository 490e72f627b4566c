/**
 * Whether a URL's `hostname` is this machine itself, `0.0.0.0` among its names: servers print it as their address. `URL` has
 * already normalised it: `127.1` is `127.0.0.1` here.
 */
export const isLoopback = (hostname: string): boolean =>
  LOCAL_NAMES.has(hostname) || /^127\.\d+\.\d+\.\d+$/.test(hostname);

const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '[::1]', '[::]', '0.0.0.0']);

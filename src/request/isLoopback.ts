/** Whether a URL's `hostname` is this machine itself. `URL` has already normalised it: `127.1` is `127.0.0.1` here. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

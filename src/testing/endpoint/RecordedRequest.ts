/** A request as the endpoint received it. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly httpVersion: string;
  /** By lower-case name; values of a repeated header are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** What has come of the body so far: all of it, unless the endpoint answers after the headers. */
  readonly body: string;
  /** The number of the connection it came on, from 1: two requests with the same number shared a connection. */
  readonly connection: number;
  /** The body, parsed; throws when it is no JSON. */
  json(): unknown;
}

/** The first lines of a request, parsed; throws when they are no HTTP. */
export const parseRequestHead = (head: string): Pick<RecordedRequest, 'method' | 'path' | 'httpVersion' | 'headers'> => {
  const [requestLine = '', ...lines] = head.split('\r\n');
  const [, method, path, httpVersion] = REQUEST_LINE.exec(requestLine) ?? [];
  if (method === undefined || path === undefined || httpVersion === undefined) throw new Error('no HTTP request line');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error('a header line without a name');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { method, path, httpVersion, headers: Object.fromEntries(headers) };
};

const REQUEST_LINE = /^([A-Z]+) (\S+) HTTP\/(1\.[01])$/;

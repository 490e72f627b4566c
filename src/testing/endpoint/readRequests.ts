import type { Stage } from '../../stage.ts';
import { createBodyTaker, type BodyTaker } from './createBodyTaker.ts';
import { parseRequestHead, type RecordedRequest } from './RecordedRequest.ts';

/** A request whose head has come, or that has come as a whole. */
export interface RequestProgress {
  readonly request: RecordedRequest;
  readonly arrived: 'head' | 'whole';
}

/** The longest head that is waited for. */
const MAX_HEAD_BYTES = 1024 * 1024;

/** Reads the requests of one connection, one after another. Throws at what is no HTTP. */
export const readRequests =
  (connection: number): Stage<Buffer, RequestProgress> =>
  (emit) => {
    let unread: Buffer = Buffer.alloc(0);
    let open: OpenRequest | undefined;

    const readHead = (): boolean => {
      const end = unread.indexOf('\r\n\r\n');
      if (end < 0) {
        if (unread.length > MAX_HEAD_BYTES) throw new Error('a head without an end');
        return false;
      }
      open = openRequest(unread.toString('latin1', 0, end), connection);
      unread = unread.subarray(end + 4);
      emit({ request: open.request, arrived: 'head' });
      return true;
    };

    const readBody = ({ request, content, take }: OpenRequest): boolean => {
      const taken = take(unread);
      content.push(...taken.content);
      unread = taken.rest;
      if (!taken.whole) return false;
      open = undefined;
      emit({ request, arrived: 'whole' });
      return true;
    };

    return {
      push: (bytes) => {
        unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
        while (open === undefined ? readHead() : readBody(open));
      },
      flush: () => undefined,
    };
  };

interface OpenRequest {
  readonly request: RecordedRequest;
  readonly content: Buffer[];
  readonly take: BodyTaker;
}

const openRequest = (text: string, connection: number): OpenRequest => {
  const head = parseRequestHead(text);
  const content: Buffer[] = [];
  const request: RecordedRequest = {
    ...head,
    connection,
    // A live view: an endpoint that answers after the headers records the request before its body.
    get body() {
      return Buffer.concat(content).toString('utf8');
    },
    json: (): unknown => JSON.parse(request.body),
  };
  return { request, content, take: createBodyTaker(head.headers) };
};

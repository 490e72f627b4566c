import { createServer } from 'node:http';
import { once } from 'node:events';

/** About what one packet holds: frames are cut where they happen to be. */
const PACKET = 1400;

const END = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"That is all."},"finish_reason":null}]}\n\n'
  + 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

/** What a model says when it has been told the results of its calls. */
export const LAST_WORDS = 'That is all.';

const bodyOf = async (request) => {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  return JSON.parse(body);
};

/** Plays recorded streams on loopback: under an address of its own for each call, first the stream, then the last words. */
export const replayServer = async () => {
  const sessions = new Map();
  let count = 0;
  const server = createServer(async (request, response) => {
    const session = sessions.get(request.url.split('/')[1]);
    session.requests.push(await bodyOf(request));
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    const body = session.requests.length === 1 ? session.body : Buffer.from(END);
    for (let at = 0; at < body.length; at += PACKET) {
      response.write(body.subarray(at, at + PACKET));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    open: (body) => {
      const key = String(++count);
      const session = { body, requests: [] };
      sessions.set(key, session);
      return {
        baseUrl: `http://127.0.0.1:${server.address().port}/${key}/v1`,
        close: () => {
          sessions.delete(key);
          return session.requests;
        },
      };
    },
    close: () => server.close(),
  };
};

/** Answers with a short answer, or begins one and stays silent; tells how many connections are open. Prints its port. */
import { createServer } from 'node:net';

const [kind] = process.argv.slice(2);
const frame = (chunk) => `data: ${JSON.stringify(chunk)}\n\n`;
const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const chunked = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const delta = (fields, finish_reason = null) => frame({ id: 'a', model: 'm', choices: [{ index: 0, delta: fields, finish_reason }] });
const WHOLE =
  head +
  chunked(delta({ content: '<think>hm</think>' }) + delta({ content: 'Hello' })) +
  chunked(delta({ content: ' there' }, 'stop') + frame({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } }) + 'data: [DONE]\n\n') +
  '0\r\n\r\n';
const BEGUN = head + chunked(delta({ content: 'Hello' }));

let open = 0;
const server = createServer({ noDelay: true }, (socket) => {
  open += 1;
  let received = '';
  socket.on('error', () => undefined).on('close', () => (open -= 1));
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1');
    if (received.startsWith('GET /open')) {
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${open - 1}`);
      return;
    }
    for (;;) {
      const end = received.indexOf('\r\n\r\n') + 4;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (end < 4 || received.length < end + length) return;
      received = received.slice(end + length);
      socket.write(kind === 'whole' ? WHOLE : BEGUN);
    }
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.log(server.address().port));

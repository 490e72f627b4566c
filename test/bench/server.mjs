import { createServer } from 'node:net';
import { openBody } from './workloads/bodies.mjs';
import { framesOf, text } from './workloads/frames.mjs';
import { bodyOf } from './workloads/workloads.mjs';

// A process of its own, so that what it costs is not charged to a client. The request's path names the workload; `idle`
// says a word and then nothing more.
const made = new Map([['idle', openBody(framesOf(text(1)).slice(0, 2).map((frame) => Buffer.from(frame)))]]);
const responseTo = (name) => {
  if (!made.has(name)) made.set(name, bodyOf(name));
  return made.get(name);
};

const serve = (socket) => {
  socket.setNoDelay(true);
  let head = '';
  let expected;
  let received = 0;
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    if (expected === undefined) {
      head += bytes.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      expected = end + 4 + Number(/content-length: (\d+)/i.exec(head)[1]);
      received = head.length;
    } else received += bytes.length;
    if (received < expected) return;
    const [, name] = /^POST \/([^/]+)\//.exec(head);
    head = '';
    expected = undefined;
    socket.write(responseTo(name));
  });
};

const server = createServer(serve);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());

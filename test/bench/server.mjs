import { createServer } from 'node:net';
import { workloads } from './workloads.mjs';

// A process of its own, so that what it costs is not charged to a client. The request's path names the workload.
const made = new Map();
const bodyOf = (name) => {
  if (!made.has(name)) made.set(name, workloads[name]().body);
  return made.get(name);
};

const server = createServer((socket) => {
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
      expected = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      received = head.length;
    } else received += bytes.length;
    if (received < expected) return;
    const name = /^POST \/([^/]+)\//.exec(head)[1];
    head = '';
    expected = undefined;
    socket.write(bodyOf(name));
  });
});

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());

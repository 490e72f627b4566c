/** What goes over the wire. A client reads an HTTP chunk at a time, however many of them come in one packet. */

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

const httpChunk = (bytes) => [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')];

/** A response that has said so much and goes on. */
export const openBody = (pieces) => Buffer.concat([Buffer.from(HEAD), ...pieces.flatMap(httpChunk)]);

export const wholeBody = (pieces) => Buffer.concat([openBody(pieces), Buffer.from('0\r\n\r\n')]);

const cut = (frames, nextLength) => {
  const bytes = Buffer.from(frames.join(''));
  const pieces = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + nextLength();
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
};

/** As an endpoint flushes: a chunk for each frame. */
export const framed = (frames) => frames.map((frame) => Buffer.from(frame));

/** As a proxy that waits for more hands it on. */
export const coalesced = (frames) => cut(frames, () => 16 * 1024);

/** Cut anywhere, 1 to 1,400 bytes; in the same places each time. */
export const fragmented = (frames) => {
  let state = 42;
  return cut(frames, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + Math.floor((state / 2 ** 32) * 1400);
  });
};

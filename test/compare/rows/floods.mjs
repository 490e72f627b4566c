import { script } from '../../../dist/src/testing/index.js';
import { withstands } from '../judge.mjs';

/** Bodies without end. One piece is sent again and again, so that the endpoint never holds them. */
const piece = { type: 'body', bytes: Buffer.alloc(1_000_000, 'x') };

const megabytes = function* (count) {
  for (let sent = 0; sent < count; sent += 1) yield piece;
};

const flood = { judge: withstands, alone: true, limitMs: 12_000 };

export const floods = [
  {
    ...flood,
    name: '300 MB in one line: refused',
    play: () => script().headers().body('data: {"x":"').append(megabytes(300)).body('\n\n').done().end(),
  },
  {
    ...flood,
    name: '400 MB body of a 400: cut short',
    play: () => script().headers(400, { 'content-type': 'text/plain' }).append(megabytes(400)).end(),
  },
];

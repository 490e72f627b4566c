/**
 * The rules of the event stream format, one input each, after the web platform tests. `expected` names what must come out
 * of the strict decoder; `lenient: false` marks those where tolerance is meant to differ.
 */
interface Vector {
  readonly name: string;
  readonly input: string | Uint8Array;
  readonly expected: {
    readonly data?: readonly string[];
    readonly names?: readonly string[];
    readonly ids?: readonly string[];
    readonly retries?: readonly number[];
  };
  readonly lenient?: false;
}

const BOM = '\ufeff';

export const vectors: readonly Vector[] = [
  { name: 'UTF-8 whatever else is declared', input: 'data:ok…\n\n', expected: { data: ['ok…'] } },
  { name: 'one leading byte order mark', input: `${BOM}data:1\n\ndata:2\n\n`, expected: { data: ['1', '2'] } },
  {
    name: 'a byte order mark in mid-stream as part of its field name',
    input: `${BOM}data:1\n\n${BOM}data:2\n\ndata:3\n\n`,
    expected: { data: ['1', '3'] },
  },
  {
    name: 'two leading byte order marks as one mark and one unknown field',
    input: `${BOM}${BOM}data:1\n\ndata:2\n\ndata:3\n\n`,
    expected: { data: ['2', '3'] },
  },
  { name: 'LF lines', input: 'data:a\n\ndata:b\n\n', expected: { data: ['a', 'b'] } },
  { name: 'CRLF lines', input: 'data:a\r\n\r\ndata:b\r\n\r\n', expected: { data: ['a', 'b'] } },
  { name: 'CR lines', input: 'data:a\r\rdata:b\r\r', expected: { data: ['a', 'b'] } },
  { name: 'mixed line ends', input: 'data:test\r\ndata\ndata:test\r\n\r\n', expected: { data: ['test\n\ntest'] } },
  { name: 'a lone CR as the last byte', input: 'data:test\r\n\r', expected: { data: ['test'] } },
  {
    name: 'comments of any length, with NUL inside',
    input: `data:1\r:\0\n:\r\ndata:2\n:${'x'.repeat(2000)}\rdata:3\n:data:fail\r:${'x'.repeat(2000)}\ndata:4\n\n`,
    expected: { data: ['1\n2\n3\n4'] },
  },
  {
    name: 'field names exactly, case-sensitive, with one space taken off',
    input:
      'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n',
    expected: { data: ['\0\n 2\n1\n3\n\n4'] },
  },
  { name: 'a leading tab as data', input: 'data:\ttest\rdata: \ndata:test\n\n', expected: { data: ['\ttest\n\ntest'] } },
  { name: 'empty data', input: 'data:\n\n', expected: { data: [''] } },
  { name: 'a data field without a colon', input: 'data\n\ndata\ndata\n\ndata:test\n\n', expected: { data: ['', '\n', 'test'] } },
  {
    name: 'no event where there is no data, and a name that is forgotten',
    input: 'event:a\n\ndata:x\n\n',
    expected: { data: ['x'], names: [''] },
  },
  { name: 'an event name', input: 'event:test\ndata:x\n\ndata:x\n\n', expected: { names: ['test', ''] } },
  { name: 'an empty event name as none', input: 'event:a\nevent\ndata:x\n\n', expected: { names: [''] } },
  { name: 'an id that holds over events', input: 'id:1\ndata:x\n\ndata:y\n\n', expected: { ids: ['1', '1'] } },
  { name: 'an empty id as a reset', input: 'id:1\ndata:x\n\nid\ndata:y\n\n', expected: { ids: ['1', ''] } },
  { name: 'the id of an event without data', input: 'id:1\n\ndata:x\n\n', expected: { data: ['x'], ids: ['1'] } },
  { name: 'an id with NUL as no id', input: 'id:1\nid:2\0\ndata:x\n\n', expected: { ids: ['1'] } },
  { name: 'a retry of digits only', input: 'retry:3000\nretry:1000x\nretry:\nretry\ndata:x\n\n', expected: { retries: [3000] } },
  {
    name: 'unknown fields as nothing',
    input: 'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacomment\ndata:test\n\n',
    expected: { data: ['test\n\ntest'] },
  },
  {
    name: 'an unfinished event at the end as none',
    input: 'data:test1\n\nid:test\ndata:test2',
    expected: { data: ['test1'] },
    lenient: false,
  },
  { name: 'NUL in data', input: 'data:\0\n\n', expected: { data: ['\0'] } },
  {
    name: 'U+2028, U+2029, NEL, VT and FF as data',
    input: 'data:a\u2028b\u2029c\u0085d\u000be\u000cf\n\n',
    expected: { data: ['a\u2028b\u2029c\u0085d\u000be\u000cf'] },
  },
  {
    name: 'invalid UTF-8 as one replacement per maximal subpart',
    input: Buffer.concat([Buffer.from('data:'), Buffer.of(0x41, 0xff, 0xf0, 0x9f, 0x98, 0x42), Buffer.from('\n\n')]),
    expected: { data: ['A\ufffd\ufffdB'] },
  },
];

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSse, type DecodeSseConfig } from '../../src/sse/decodeSse.ts';
import type { SseEvent, SseRecord } from '../../src/sse/SseRecord.ts';
import { run } from '../support/run.ts';
import { vectors } from './vectors.ts';

const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? Buffer.from(text) : text);

const decode = (pieces: readonly Uint8Array[], config?: DecodeSseConfig): SseRecord[] => run(decodeSse(config), pieces);

const events = (records: readonly SseRecord[]): SseEvent[] => records.filter((record) => record.kind === 'event');

const everyByte = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

describe('WHATWG event streams', () => {
  for (const vector of vectors) {
    const read = (pieces: readonly Uint8Array[], strict: boolean): unknown => {
      const records = decode(pieces, { strict });
      return {
        data: events(records).map((record) => record.data),
        names: events(records).map((record) => record.event),
        ids: events(records).map((record) => record.lastEventId),
        retries: records.filter((record) => record.kind === 'retry').map((record) => record.delayMs),
      };
    };
    const bytes = bytesOf(vector.input);
    const expected: unknown = expect.objectContaining(vector.expected);

    it(`reads ${vector.name} whole, byte by byte and at every cut`, () => {
      expect(read([bytes], true)).toEqual(expected);
      expect(read(everyByte(bytes), true)).toEqual(expected);
      for (let cut = 1; cut < bytes.length; cut += 1) {
        expect(read([bytes.subarray(0, cut), bytes.subarray(cut)], true)).toEqual(expected);
      }
    });

    if (vector.lenient !== false) {
      it(`reads ${vector.name} leniently with the same result`, () => {
        expect(read(everyByte(bytes), false)).toEqual(expected);
      });
    }
  }

  it('ends a line at a lone CR at once, without waiting for an LF', () => {
    const seen: SseRecord[] = [];
    decodeSse()((record) => seen.push(record)).push(bytesOf('data:x\r\r'));
    expect(events(seen)).toHaveLength(1);
  });

  it('joins the lines of an event, however many', () => {
    for (const count of [2, 1023, 1024, 1025, 1026, 3000]) {
      const lines = Array.from({ length: count }, (_, at) => `line ${at}`);
      const input = lines.map((line) => `data: ${line}\n`).join('');
      expect(events(decode([bytesOf(`${input}\ndata: next\n\n`)])).map(({ data }) => data)).toEqual([lines.join('\n'), 'next']);
    }
  });

  it('drops an unfinished event at the end when strict, and delivers it marked when lenient', () => {
    const input = [bytesOf('data:a\n\ndata:b')];
    expect(events(decode(input, { strict: true })).map((record) => record.data)).toEqual(['a']);
    expect(events(decode(input)).map((record) => [record.data, record.unterminated])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });
});

describe('what the standard ignores', () => {
  it('gives comments and unknown lines as records', () => {
    expect(decode([bytesOf(': OPENROUTER PROCESSING\n:\nerror: {"code":500}\n\n')])).toEqual([
      { kind: 'comment', comment: 'OPENROUTER PROCESSING' },
      { kind: 'comment', comment: '' },
      { kind: 'unknown', line: 'error: {"code":500}' },
    ]);
  });

  it('fault 61: tells frames apart that are separated by a single newline', () => {
    const input = [bytesOf('data: {"a":1}\ndata: {"b":2}\ndata: [DONE]\n')];
    expect(events(decode(input)).map((record) => record.data)).toEqual(['{"a":1}', '{"b":2}', '[DONE]']);
    expect(events(decode([bytesOf('data: {"a":{}\ndata: ,"b":2}\n\n')]))).toHaveLength(1);
  });
});

describe('limits', () => {
  it('fault 66: refuses a line longer than the limit before it is held whole', () => {
    const run = decodeSse({ maxEventBytes: 1000 })(() => undefined);
    run.push(bytesOf(`data: ${'x'.repeat(900)}`));
    expect(() => run.push(bytesOf('x'.repeat(100)))).toThrow('maxEventBytes');
  });

  it('fault 66: refuses a line longer than the limit that one read brings whole', () => {
    expect(() => decode([bytesOf(`: ${'x'.repeat(1000)}\n`)], { maxEventBytes: 1000 })).toThrow('longer than 1000 bytes');
    expect(() => decode([bytesOf(`: ${'x'.repeat(998)}\n`)], { maxEventBytes: 1000 })).not.toThrow();
  });

  it('fault 66: refuses an event of many lines that together pass the limit', () => {
    const lines = 'data: xxxxxxxxx\n'.repeat(101);
    expect(() => decode([bytesOf(lines)], { maxEventBytes: 1000 })).toThrow('larger than 1000 bytes');
  });

  it('T-SSE-12: reads one long line in pieces of one byte in linear time', () => {
    const time = (length: number): number => {
      const stage = decodeSse()(() => undefined);
      const byte = Uint8Array.of(120);
      const begin = performance.now();
      for (let sent = 0; sent < length; sent += 1) stage.push(byte);
      stage.flush();
      return performance.now() - begin;
    };
    time(100_000);
    expect(time(1_600_000)).toBeLessThan(16 * Math.max(time(100_000), time(100_000), 4) * 4);
  });
});

describe('laws', () => {
  const ends = fc.constantFrom('\n', '\r\n', '\r');
  const lineText = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '')),
    fc.constantFrom('data:', 'data: é', 'data:\u2028x', ': note', 'event: e', 'id: 7', 'data', 'data: {"a":"😀"}', ''),
  );
  const stream = fc.array(fc.tuple(lineText, ends)).map((lines) => Buffer.from(lines.flat().join('')));

  it('cutting: any cut of the bytes gives the same records', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), (bytes, places) => {
        const cuts = [0, ...places.map((at) => (bytes.length === 0 ? 0 : at % bytes.length)), bytes.length].sort((a, b) => a - b);
        const pieces = cuts.slice(1).map((end, at) => bytes.subarray(cuts[at], end));
        expect(decode(pieces)).toEqual(decode([bytes]));
      }),
      { numRuns: 1000 },
    );
  });

  it('conservation: every data line comes out once, in order', () => {
    const values = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '')), { minLength: 1 });
    fc.assert(
      fc.property(values, ends, (lines, end) => {
        const bytes = Buffer.from(lines.map((line) => `data: ${line}${end}${end}`).join(''));
        const wellFormed = lines.map((line) => Buffer.from(line).toString());
        expect(events(decode([bytes])).map((record) => record.data)).toEqual(wellFormed);
      }),
      { numRuns: 1000 },
    );
  });

  it('robustness: any bytes are read without a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        decode(pieces);
      }),
      { numRuns: 1000 },
    );
  });
});

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hostileEndpoint, runProgram, type HostileAnswer, type Pieces } from './support.ts';

interface Report {
  readonly code: string;
  readonly message: string;
  readonly errorLength: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly tookMs: number;
  readonly blockedMs: number;
  readonly peakRssMB: number;
  readonly peakHeapMB: number;
  readonly keptMB: number;
}

const MiB = 1024 * 1024;

function* times(count: number, say: (at: number) => string | Uint8Array): Pieces {
  for (let at = 0; at < count; at++) yield say(at);
}

/** A beginning, then the same block until so many bytes are out. */
function* long(beginning: string, block: string | Uint8Array, bytes: number): Pieces {
  yield beginning;
  yield* times(Math.ceil(bytes / block.length), () => block);
}

const endless = (say: (at: number) => string, perPiece = 256) => (): Pieces =>
  times(Infinity, (piece) => Array.from({ length: perPiece }, (_, at) => say(piece * perPiece + at)).join(''));

const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (fields: object): string => frame({ choices: [{ index: 0, delta: fields }] });
const xs = Buffer.alloc(MiB, 'x');

interface Case extends HostileAnswer {
  readonly name: string;
  readonly code: string;
  /** How far resident memory may rise: what the limit holds, as often as it must be copied, and what the engine needs. */
  readonly peakRssMB: number;
  /** How long the event loop may be held, with room for a machine that does other things as well. */
  readonly blockedMs?: number;
  readonly options?: object;
  readonly mock?: { readonly frame: string; readonly bytes: number };
  /** How long the client does something else first, in which the system fills its buffers. */
  readonly busyMs?: number;
}

const smallStream = { limits: { maxStreamBytes: 32 * MiB } };
const deep = '{"a":'.repeat(100_000);

const CASES: readonly Case[] = [
  { name: 'fault 66: a line of 300 MB', code: 'limit', peakRssMB: 90, pieces: () => long('data: "', xs, 300e6) },
  { name: 'fault 66: a line of 300 MB in small pieces', code: 'limit', peakRssMB: 90, pieces: () => long('data: "', xs.subarray(0, 1000), 300e6) },
  { name: 'fault 66: a comment of 300 MB', code: 'limit', peakRssMB: 90, pieces: () => long(': ', xs, 300e6) },
  { name: 'fault 66: JSON of 300 MB', code: 'limit', peakRssMB: 90, headers: { 'content-type': 'application/json' }, pieces: () => long('{"a":"', xs, 300e6) },
  { name: 'fault 29: an error body of 400 MB', status: 500, code: 'http_status', peakRssMB: 64, pieces: () => long('{"error":{"message":"', xs, 400e6) },
  { name: 'fault 29: an error page of 400 MB', status: 502, code: 'http_status', peakRssMB: 64, pieces: () => long('<html><p>', Buffer.from('<p>no '.repeat(10_000)), 400e6) },
  { name: 'fault 33: a page of 400 MB under 200', code: 'unexpected_content', peakRssMB: 64, pieces: () => long('<html><p>', xs, 400e6) },
  {
    name: 'fault 37: a gzip bomb of one line',
    code: 'limit',
    peakRssMB: 90,
    headers: { 'content-encoding': 'gzip' },
    pieces: () => [gzipSync(Buffer.concat([Buffer.from('data: "'), Buffer.alloc(300 * MiB, 'x')]))],
  },
  {
    name: 'fault 37: a gzip bomb of many frames',
    code: 'limit',
    peakRssMB: 110,
    options: smallStream,
    headers: { 'content-encoding': 'gzip' },
    pieces: () => [gzipSync(Buffer.alloc(64 * MiB, delta({ content: 'x' })))],
  },
  { name: 'fault 86: a million tool indexes', code: 'limit', peakRssMB: 64, pieces: () => times(1e6, (index) => delta({ tool_calls: [{ index, id: `c${index}`, function: { name: 'f', arguments: '{}' } }] })) },
  // One frame is parsed in one go, so that a large one holds the loop for as long as the engine takes: some 20 ms per megabyte.
  { name: 'fault 86: 150,000 tool calls in one chunk of 10 MB', code: 'limit', peakRssMB: 250, blockedMs: 1000, pieces: () => [delta({ tool_calls: Array.from({ length: 150_000 }, (_, index) => ({ index, id: `c${index}`, function: { name: 'f', arguments: '{}' } })) })] },
  { name: 'fault 82: a million choices', code: 'limit', peakRssMB: 64, pieces: () => times(1e6, (index) => frame({ choices: [{ index, delta: { content: 'x' } }] })) },
  { name: 'fault 92: tool arguments without end', code: 'limit', peakRssMB: 60, pieces: endless(() => delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: 'x'.repeat(1000) } }] })) },
  { name: 'fault 72: JSON of 100,000 levels', code: 'limit', peakRssMB: 64, pieces: () => [`data: ${deep}1${'}'.repeat(100_000)}\n\n`] },
  { name: 'fault 72: 16 MiB of levels', code: 'limit', peakRssMB: 150, blockedMs: 250, pieces: () => [`data: ${'{"a":'.repeat(3_000_000)}\n\n`] },
  { name: 'fault 68: 100,000 frames in one read', code: 'truncated', peakRssMB: 80, mock: { frame: delta({ content: 'x' }), bytes: 100_000 * 60 }, pieces: () => [] },
  // The body itself, and the million events made of it that the engine has not cleared away yet: it does so sooner or later.
  { name: 'fault 68: 64 MiB of frames in one read', code: 'truncated', peakRssMB: 120, mock: { frame: delta({ content: 'x' }), bytes: 64 * MiB }, pieces: () => [] },
  { name: 'fault 68: 64 MiB of empty lines in one read', code: 'empty_response', peakRssMB: 160, mock: { frame: '\n', bytes: 64 * MiB }, pieces: () => [] },
  { name: 'fault 68: 64 MiB of empty frames in one read', code: 'empty_response', peakRssMB: 160, mock: { frame: 'data\n\n', bytes: 64 * MiB }, pieces: () => [] },
  { name: 'fault 68: frames without end that were waiting', code: 'limit', peakRssMB: 110, busyMs: 500, options: { limits: { maxStreamBytes: 8 * MiB }, onBadFrame: 'warn' }, pieces: endless((at) => `data: {"${at}\n\n`) },
  { name: 'fault 44: heartbeats without end', code: 'limit', peakRssMB: 110, options: smallStream, pieces: endless(() => ': keepalive\n\n') },
  { name: 'fault 44: heartbeats without end, as events', code: 'limit', peakRssMB: 110, options: { ...smallStream, includeHeartbeats: true }, pieces: endless(() => ':\n') },
  { name: 'blanks without end', code: 'limit', peakRssMB: 110, options: smallStream, pieces: endless(() => ' \n\t\r\n   ') },
  { name: 'blanks without end before JSON', code: 'limit', peakRssMB: 110, options: smallStream, headers: { 'content-type': 'application/json' }, pieces: endless(() => '        ') },
  { name: 'blanks without end within JSON', code: 'limit', peakRssMB: 120, options: smallStream, headers: { 'content-type': 'application/json' }, pieces: () => long('{', Buffer.alloc(1000, ' \n'), 64e6) },
  { name: 'fault 95: usage reports without end', code: 'limit', peakRssMB: 110, options: smallStream, pieces: endless((at) => frame({ choices: [], usage: { prompt_tokens: at, completion_tokens: at, total_tokens: 2 * at } })) },
  { name: 'fault 95: usage reports without end after the finish', code: 'limit', peakRssMB: 110, options: smallStream, pieces: endless((at) => (at === 0 ? frame({ choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }] }) : frame({ choices: [], usage: { prompt_tokens: at, completion_tokens: at } }))) },
  { name: 'T-CH-11: other citations without end', code: 'limit', peakRssMB: 110, options: smallStream, pieces: endless((at) => frame({ choices: [], citations: [`https://e.test/${at}`] })) },
  { name: 'T-CH-10: other images without end', code: 'limit', peakRssMB: 110, options: smallStream, pieces: endless((at) => delta({ images: [{ index: at, type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(300)}${at}` } }] })) },
  { name: 'warnings without end', code: 'limit', peakRssMB: 200, options: { limits: { maxStreamBytes: 8 * MiB }, onBadFrame: 'warn' }, pieces: endless((at) => `data: {"${at}\n\ndata: [${at}\n\nodd${at}: 1\n\ndata: no JSON ${at}\n\n`) },
  { name: 'ids, names and models without end', code: 'limit', peakRssMB: 110, options: smallStream, pieces: endless((at) => `id: ${at}\nevent: e${at}\n${frame({ id: `i${at}`, model: `m${at}`, provider: `p${at}`, choices: [] })}`) },
  { name: 'fault 66: an event of 8 million lines', code: 'empty_response', peakRssMB: 140, pieces: () => times(8_000, () => 'data:x\n'.repeat(1000)) },
  { name: 'fault 66: an event of 16 MiB that is whole', code: 'bad_frame', peakRssMB: 160, blockedMs: 250, pieces: () => [`data: {"a":"${'x'.repeat(16 * MiB - 100)}\n\n`] },
  { name: 'fault 35: JSON lines without end', code: 'limit', peakRssMB: 110, options: smallStream, headers: { 'content-type': 'application/x-ndjson' }, pieces: endless(() => `${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x' } }] })}\n`) },
  { name: 'fault 55: a byte at a time', code: 'timeout', peakRssMB: 64, options: { timeouts: { contentMs: 1000 } }, pieces: endless(() => ':\n', 1) },
];

describe('a hostile endpoint costs the limit and no more, and holds nobody up:', () => {
  it.each(CASES.map((each) => [each.name, each] as const))('%s', async (_name, { code, peakRssMB, blockedMs = 250, options, mock, busyMs, ...answer }) => {
    const endpoint = await hostileEndpoint(answer);
    const report = await runProgram<Report>('hostileClient.mjs', { baseUrl: endpoint.baseUrl, options, mock, busyMs });
    console.log(JSON.stringify({ ...report, message: report.message.slice(0, 100), sentMB: Math.round(endpoint.sentBytes / MiB) }));
    expect(report.code).toBe(code);
    expect(report.peakRssMB).toBeLessThan(peakRssMB);
    expect(report.blockedMs).toBeLessThan(blockedMs);
    expect(report.keptMB).toBeLessThan(8);
    expect(report.errorLength).toBeLessThan(8192);
  });
});

import { describe, expect, it } from 'vitest';
import { readBody } from '../../src/readBody.ts';
import { done, finish, text } from '../support/events.ts';
import { frames, readResponse, textIn } from '../support/readResponse.ts';
import { run } from '../support/run.ts';
import { answerOf, ends, everyByte, isDone, read, readText, says, warningsIn } from './chunks.ts';

const hello = [text('Hel'), text('lo'), finish(), done()];
const helloChunks = [says({ content: 'Hel' }), says({ content: 'lo' }), ends(), '[DONE]'];

describe('how a stream is framed', () => {
  const plain = frames(...helloChunks).toString();
  const framings: readonly (readonly [name: string, body: string])[] = [
    ['T-SSE-01: CRLF line ends', plain.replaceAll('\n', '\r\n')],
    ['T-SSE-01: CR line ends', plain.replaceAll('\n', '\r')],
    ['T-SSE-01, fault 42: mixed line ends', plain.replace('\n\n', '\r\n\n').replace('\n\ndata', '\r\r\ndata')],
    ['T-SSE-01, fault 42: CRLF between the data lines of one event', plain.replaceAll('"choices":', '"choices":\ndata: ').replaceAll('\n', '\r\n')],
    ['T-SSE-04: no space after the colon', plain.replaceAll('data: ', 'data:')],
    ['T-SSE-05, fault 45: one JSON text over several data lines', plain.replaceAll('"choices":', '"choices":\ndata: ')],
    ['T-SSE-06: comments inside data', `data: : OPENROUTER PROCESSING\n\n${plain}data: : keepalive\n\n`],
    ['T-SSE-07: a bare colon, a name without data, empty data', `:\n\nevent: message\nid: 7\n\ndata:\n\ndata\n\n${plain}`],
    ['T-SSE-08, T-CH-03: data that says nothing', `data: ""\n\ndata: null\n\ndata: {}\n\n${plain}`],
    ['T-SSE-09: pings by name', `event: ping\ndata: {"type":"ping","message":"still here"}\n\nevent: heartbeat\ndata: x\n\n${plain}`],
    ['T-SSE-09: chunks with an event name', plain.replaceAll('data: {', 'event: chunk\ndata: {')],
    ['T-SSE-10, fault 43: a byte order mark', `\ufeff${plain}`],
    ['T-SSE-11: a reconnection time', `retry: 3000\n\n${plain}`],
    ['T-SSE-13, fault 44: comments', `: OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n${plain}`],
    ['T-EOS-09, fault 46: no blank line at the end', plain.trimEnd()],
    ['fault 61: a single line break between frames', plain.replaceAll('\n\n', '\n')],
    ['fault 57: a space behind [DONE]', plain.replace('[DONE]', '[DONE] ')],
    ['fault 57: no space before [DONE]', plain.replace('data: [DONE]', 'data:[DONE]')],
    ['fault 59: [DONE] twice', `${plain}data: [DONE]\n\n`],
    ['T-EOS-11, fault 56: damage and text behind [DONE]', `${plain}data: {dam\n\ndata: {"error":"late"}\n\nevent: error\ndata: x\n\n`],
    ['a list of chunks in one frame', `data: [${helloChunks.slice(0, 3).map((each) => JSON.stringify(each)).join(',\n\t')}]\n\ndata: [DONE]\n\n`.replaceAll('\n\t', '\ndata: \t')],
    ['blank lines and spaces before the first line', `\n\n  \r\n${plain}`],
    ['more blank lines than are looked at', `${'\n'.repeat(5000)}${plain}`],
  ];

  it.each(framings)('%s: is the same answer whole and byte by byte', (_, body) => {
    const bytes = Buffer.from(body);
    expect(answerOf(readResponse([bytes]))).toEqual(hello);
    expect(answerOf(readResponse(everyByte(bytes)))).toEqual(hello);
  });

  it('T-SSE-02, fault 41: no cut of the bytes changes a character', () => {
    const said = 'é€🙂👩‍👩‍👧\u2028\u0000';
    const bytes = frames(says({ content: said }), ends(), '[DONE]');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(textIn(readResponse([bytes.subarray(0, cut), bytes.subarray(cut)]).events)).toBe(said);
    }
  });

  it('T-SSE-03: one frame over many reads, and many frames in one read, are the same answer', () => {
    const chunks = [...Array.from({ length: 500 }, (_, at) => says({ content: `${at} ` })), ends(), '[DONE]'];
    const bytes = frames(...chunks);
    expect(readResponse(everyByte(bytes))).toEqual(readResponse([bytes]));
    expect(readResponse([bytes]).events.filter(({ type }) => type === 'text_delta')).toHaveLength(500);
  });

  it('T-SSE-13: comments are heartbeats when asked for, and not otherwise', () => {
    const body = ': OPENROUTER PROCESSING\n\ndata: {}\n\ndata: : ping\n\n' + frames(ends(), '[DONE]').toString();
    expect(answerOf(readText(body, { answer: { includeHeartbeats: true } }))).toEqual([
      { type: 'heartbeat', comment: 'OPENROUTER PROCESSING' },
      { type: 'heartbeat' },
      { type: 'heartbeat', comment: 'ping' },
      finish(),
      done(),
    ]);
    expect(answerOf(readText(body))).toEqual([finish(), done()]);
  });

  it('raw chunks are passed on verbatim when asked for', () => {
    const raw = { ...says({ content: 'a', x: 1 }), prompt_filter_results: [] };
    expect(read([raw, ends(), '[DONE]'], { answer: { includeRaw: true } }).events).toContainEqual({ type: 'raw', chunk: raw });
  });
});

describe('the sentinel', () => {
  it('fault 58: [DONE] inside content is content', () => {
    expect(textIn(read([says({ content: '[DONE]' }), says({ content: 'data: [DONE]\n\n' }), ends(), '[DONE]']).events)).toBe(
      '[DONE]data: [DONE]\n\n',
    );
  });

  it('fault 58: [DONE] with more behind it is damage, not the end', () => {
    const reading = read([says({ content: 'a' }), ends(), '[DONE]x']);
    expect(reading.error).toMatchObject({ code: 'bad_frame', phase: 'body', retryable: false });
    expect(isDone(reading)).toBe(false);
  });

  it.each(['[done]', '[DONE', 'DONE', '"[DONE]"'])('fault 57: %s is no end and ends nothing', (word) => {
    const reading = read([says({ content: 'a' }), word]);
    expect(reading.error?.code).toBe('truncated');
    expect(answerOf(read([says({ content: 'a' }), word, says({ content: 'b' }), ends(), '[DONE]'])).filter(({ type }) => type !== 'warning')).toEqual([
      text('a'),
      text('b'),
      finish(),
      done(),
    ]);
  });

  it('fault 56: the station of chunks says nothing more behind [DONE], and throws nothing', () => {
    const config = { maxEventBytes: 1e6, maxJsonDepth: 256, maxChoices: 128, onBadFrame: 'error', contentType: '', failure: {}, learnFrames: false } as const;
    const body = frames('[DONE]', '{broken', says({ content: 'b' }), { error: 'late' }, '[DONE]');
    expect(run(readBody(config), [body, Buffer.from('event: error\ndata: x\n\n')])).toEqual([{ kind: 'done' }]);
  });

  it('fault 56: what is larger than a limit behind [DONE] is not read', () => {
    const bytes = [frames(says({ content: 'a' }), ends(), '[DONE]'), Buffer.alloc(2000, 120)];
    for (const pieces of [bytes, [Buffer.concat(bytes)]]) {
      expect(answerOf(readResponse(pieces, { limits: { maxEventBytes: 1000 } }))).toEqual([text('a'), finish(), done()]);
    }
  });
});

describe('frames that are no chunks', () => {
  it('T-SSE-14, fault 60: a damaged frame is an error that says its length and nothing of its content', () => {
    const reading = read([says({ content: 'a' }), '{"choices":[{"delta":{"content":"my secret"}', says({ content: 'b' }), ends(), '[DONE]']);
    expect(answerOf(reading)).toEqual([text('a')]);
    expect(reading.error).toMatchObject({ code: 'bad_frame', phase: 'body', retryable: false });
    expect(reading.error?.message).toBe('a frame of 44 characters is no JSON, so a piece of the answer is lost');
  });

  it('T-SSE-14, fault 60: a damaged frame is a warning where the caller says so', () => {
    const reading = read([says({ content: 'a' }), '{dam', '{age', says({ content: 'b' }), ends(), '[DONE]'], { answer: { onBadFrame: 'warn' } });
    expect(answerOf(reading)).toEqual([
      text('a'),
      { type: 'warning', code: 'bad_frame', message: 'a frame of 4 characters is damaged and was skipped' },
      text('b'),
      finish(),
      done(),
    ]);
  });

  it('T-SSE-14: a frame the end of the stream cut off is no damage: the answer is truncated', () => {
    const reading = readText(`${frames(says({ content: 'a' })).toString()}data: {"choices":[{"del`);
    expect(warningsIn(reading)).toEqual(['cut_frame']);
    expect(reading.error?.code).toBe('truncated');
  });

  it('a cut frame behind the finish reason leaves the answer whole, with two warnings', () => {
    const reading = readText(`${frames(says({ content: 'a' }), ends()).toString()}data: {"usage":{"prom`);
    expect(answerOf(reading).map(({ type }) => type)).toEqual(['text_delta', 'warning', 'warning', 'finish', 'done']);
    expect(warningsIn(reading)).toEqual(['cut_frame', 'no_done']);
  });

  it('data that is no JSON at all is one warning, and the stream goes on', () => {
    const reading = read([says({ content: 'a' }), 'upstream timeout', 'upstream timeout', '7', 'true', '[1]', says({ content: 'b' }), ends(), '[DONE]']);
    expect(answerOf(reading).filter(({ type }) => type !== 'warning')).toEqual([text('a'), text('b'), finish(), done()]);
    expect(warningsIn(reading)).toEqual(['not_json', 'not_a_chunk']);
  });

  it('a chunk that forgot its data field is read, with a warning', () => {
    const reading = readText(`${frames(says({ content: 'a' })).toString()}${JSON.stringify(says({ content: 'b' }))}\n\n${frames(ends(), '[DONE]').toString()}`);
    expect(answerOf(reading)).toEqual([
      text('a'),
      { type: 'warning', code: 'unknown_line', message: 'a line outside the data field was read as a chunk' },
      text('b'),
      finish(),
      done(),
    ]);
  });
});

describe('hostile bytes', () => {
  it('fault 69: invalid UTF-8 becomes a replacement character and ends nothing', () => {
    const bytes = Buffer.concat([
      Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"a'),
      Buffer.of(0xff, 0xf0, 0x9f),
      Buffer.from('b"}}]}\n\n'),
      frames(ends(), '[DONE]'),
    ]);
    expect(answerOf(readResponse(everyByte(bytes)))).toEqual([text('a\ufffd\ufffdb'), finish(), done()]);
  });

  it('fault 69: a character cut off by the end of the stream is no throw', () => {
    const bytes = Buffer.concat([frames(says({ content: 'a' }), ends()), Buffer.of(0xf0, 0x9f)]);
    expect(answerOf(readResponse([bytes])).at(-1)).toEqual(done());
  });

  it('fault 70: halves of a surrogate pair in two deltas are a pair again when joined', () => {
    const reading = readText('data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\ndata: {"choices":[{"delta":{"content":"\\ude42"}}]}\n\ndata: [DONE]\n\n');
    expect(answerOf(reading).slice(0, 2)).toEqual([text('\ud83d'), text('\ude42')]);
    expect(textIn(reading.events)).toBe('🙂');
  });

  it('fault 71: NUL, escape and other control characters of the content pass', () => {
    const said = '\u0000\u001b]52;c;x\u0007\u001b[2J\u009b';
    expect(answerOf(read([says({ content: said }), ends(), '[DONE]']))).toEqual([text(said), finish(), done()]);
  });

  const nest = (levels: number, open = '[', close = ']', core = ''): string => open.repeat(levels) + core + close.repeat(levels);

  it('fault 72: a chunk is refused beyond the depth allowed and read up to it', () => {
    const deep = (levels: number): string => `{"choices":[{"delta":{"content":"a"}}],"x":${nest(levels - 1)}}`;
    expect(read([deep(256), ends(), '[DONE]']).error).toBeUndefined();
    expect(read([deep(257), ends(), '[DONE]']).error).toMatchObject({ code: 'limit', message: 'a chunk nests deeper than 256 levels (maxJsonDepth)' });
  });

  it('fault 72: so is a JSON body', () => {
    const deep = (levels: number): string => `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"x":${nest(levels - 1)}}`;
    expect(readText(deep(256)).error).toBeUndefined();
    expect(readText(deep(257)).error).toMatchObject({ code: 'limit', message: 'the body nests deeper than 256 levels (maxJsonDepth)' });
  });

  it('fault 72: brackets within strings are no depth', () => {
    const said = `\\"${'[{'.repeat(1000)}`;
    expect(textIn(read([says({ content: said }), ends(), '[DONE]']).events)).toBe(said);
  });

  const DEEP = 100_000;
  const abysses: readonly (readonly [name: string, body: string] | readonly [name: string, body: string, status: number])[] = [
    ['in a chunk', `data: ${nest(DEEP, '{"a":', '}', '1')}\n\n`],
    ['in lists of chunks', `data: ${nest(DEEP, '[{},', ']', '1')}\n\n`],
    ['in lists with tabs', `data: ${nest(DEEP, '[\t{},', ']', '1')}\n\n`],
    ['in an error event', `event: error\ndata: ${nest(DEEP)}\n\n`],
    ['in the detail of an error event', `event: error\ndata: ${'{"detail":'.repeat(DEEP)}1${'}'.repeat(DEEP)}\n\n`],
    ['in an error field', `error: ${nest(DEEP)}\n\n`],
    ['in a line of no field', `{"a":${nest(DEEP)}}\n\n`],
    ['in the hidden cause of an error', `data: ${JSON.stringify({ error: { message: 'x', metadata: { raw: nest(DEEP) } } })}\n\n`],
    ['in a JSON body', nest(DEEP, '{"a":', '}', '1')],
    ['in the body of an error response', nest(30_000), 400],
    ['in the place of a complaint', `{"detail":[{"loc":[${nest(30_000)},{"toString":1}],"msg":"x"}]}`, 422],
  ];

  it.each(abysses)('fault 72: nesting without end %s runs nobody out of stack', (...[, body, status = 200]) => {
    const { error } = readText(body, { status });
    expect(error).toBeDefined();
    expect(error?.message.length).toBeLessThan(700);
  });

  it('fault 73: __proto__ and constructor as keys change no object', () => {
    const evil = '"__proto__":{"polluted":1,"content":"evil"},"constructor":{"prototype":{"polluted":1}}';
    const reading = readText(
      `data: {${evil},"choices":[{${evil},"index":0,"delta":{${evil},"tool_calls":[{${evil},"index":0,"id":"c","function":{${evil},"name":"f","arguments":{"__proto__":{"polluted":1}}},"extra_content":{${evil}}}]}}],"usage":{${evil},"prompt_tokens":1}}\n\n` +
        `data: [DONE]\n\n`,
    );
    expect('polluted' in {}).toBe(false);
    expect(reading.error).toBeUndefined();
    expect(textIn(reading.events)).toBe('');
    const call = reading.events.find((event) => event.type === 'tool_call_delta');
    expect(call?.delta).toBe('{"__proto__":{"polluted":1}}');
    for (const object of [...reading.events, call?.extra?.['extra_content']]) expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  });

  it('fault 74: of a key sent twice the last counts', () => {
    expect(answerOf(readText('data: {"choices":[{"delta":{"content":"a","content":"b"}}]}\n\ndata: [DONE]\n\n'))[0]).toEqual(text('b'));
    // Also in frames that are alike but for one string.
    const frame = (first: string): string => `{"choices":[{"delta":{"content":"${first}","content":"same"}}]}`;
    expect(textIn(read([frame('same'), frame('other'), ends(), '[DONE]']).events)).toBe('samesame');
  });

  it('fault 75: numbers beyond all bounds are no figures of the response', () => {
    const body = 'data: {"id":7,"created":1e999,"model":"m","choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n';
    expect(readText(body).events[1]).toEqual({ type: 'response', model: 'm' });
  });

  it('fault 66: a frame larger than the limit is an error and not held', () => {
    const { error } = readResponse([Buffer.from('data: '), ...Array.from({ length: 20 }, () => Buffer.alloc(100, 120))], { limits: { maxEventBytes: 1000 } });
    expect(error).toMatchObject({ code: 'limit', retryable: false });
    expect(error?.message).toContain('maxEventBytes');
  });

  it('T-SSE-12, fault 68: a hundred thousand tiny frames are read in linear time', () => {
    const time = (count: number): number => {
      const bytes = frames(...Array.from({ length: count }, () => says({ content: 'a' })), ends(), '[DONE]');
      const began = performance.now();
      readResponse([bytes]);
      return performance.now() - began;
    };
    time(10_000);
    expect(time(100_000)).toBeLessThan(10 * Math.max(time(10_000), 20) * 4);
  });
});

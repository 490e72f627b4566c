import { describe, expect, it } from 'vitest';
import { done, finish, text, usageReport } from '../support/events.ts';
import { frames, readResponse } from '../support/readResponse.ts';
import { answerOf, ends, everyByte, isDone, read, readText, says, warningsIn } from './chunks.ts';

const json = { headers: { 'content-type': 'application/json' } };
const notStreamed = { type: 'warning', code: 'not_streamed', message: 'the endpoint answered with JSON where an event stream was asked for' };

const completion = {
  id: 'c1',
  object: 'chat.completion',
  created: 5,
  model: 'm',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'Hello',
        reasoning_content: 'hm',
        refusal: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

describe('a body that is no event stream', () => {
  it.each([
    ['in one line', JSON.stringify(completion)],
    ['over many lines', JSON.stringify(completion, undefined, 2)],
    ['behind blanks and a byte order mark', `\ufeff\r\n\t ${JSON.stringify(completion, undefined, 1)}\n\n`],
    ['in a list', JSON.stringify([completion])],
  ])('T-ER-08, fault 31: one JSON completion %s becomes the same events, with a warning', (_, body) => {
    for (const pieces of [[Buffer.from(body)], everyByte(Buffer.from(body))]) {
      expect(readResponse(pieces, json).events.slice(1)).toEqual([
        notStreamed,
        { type: 'response', id: 'c1', model: 'm', created: 5 },
        { type: 'reasoning_delta', choice: 0, delta: 'hm' },
        text('Hello'),
        { type: 'tool_call_delta', choice: 0, id: 'c', name: 'f', delta: '{}' },
        { ...finish('tool_calls'), rawReason: 'stop' },
        usageReport(completion.usage),
        done('tool_calls'),
      ]);
    }
  });

  it('T-ER-08: a JSON completion declared as an event stream is read by its bytes', () => {
    expect(answerOf(readText(JSON.stringify(completion))).at(-1)).toEqual(done('tool_calls'));
  });

  it('T-ER-08, T-ER-09, fault 34: an event stream declared as something else is read, with a warning', () => {
    const body = frames(says({ content: 'a' }), ends(), '[DONE]');
    expect(answerOf(readResponse(everyByte(body), json))).toEqual([
      { type: 'warning', code: 'content_type', message: 'the event stream was declared as something else' },
      text('a'),
      finish(),
      done(),
    ]);
  });

  it.each([{}, { 'content-type': 'text/event-stream; charset=utf-8' }, { 'content-type': 'Text/Event-Stream;' }])(
    'T-ER-09, fault 34: an event stream with %j is read without one',
    (headers) => {
      for (const start of ['data: ', ': x\n\ndata: ', 'event: x\ndata: ', 'id: 7\ndata: ', 'retry: 1\ndata: ', '\ufeffdata: ']) {
        const reading = readText(frames(says({ content: 'a' }), ends(), '[DONE]').toString().replace('data: ', start), { headers });
        expect(answerOf(reading)).toEqual([text('a'), finish(), done()]);
      }
    },
  );

  it('T-ER-09: an event stream that begins with a field nobody knows is one by its declared type', () => {
    const body = `x-trace: 1\n${frames(says({ content: 'a' }), ends(), '[DONE]').toString()}`;
    expect(answerOf(readText(body, { headers: { 'content-type': 'TEXT/EVENT-STREAM' } }))).toEqual([text('a'), finish(), done()]);
    expect(readText(body, { headers: {} }).error?.code).toBe('unexpected_content');
  });

  it.each(['application/json', 'text/event-stream', 'text/plain', ''])('T-ER-01, fault 32: a JSON error with status 200 and type "%s" is its error', (type) => {
    const body = Buffer.from(JSON.stringify({ error: { message: 'slow down', code: 429, type: 'rate_limit' } }, undefined, 2));
    for (const pieces of [[body], everyByte(body)]) {
      const { error } = readResponse(pieces, { headers: { 'content-type': type } });
      expect(error).toMatchObject({ code: 'rate_limit', status: 429, retryable: true, phase: 'body', providerError: { message: 'slow down' } });
    }
  });

  it.each([
    ['rate_limit', { error: { code: 429 } }],
    ['provider_error', { error: 'model not loaded' }],
    ['provider_error', { detail: 'Not here' }],
    ['provider_error', { message: 'Not here', object: 'error' }],
    ['provider_error', { base_resp: { status_code: 1004, status_msg: 'login fail' } }],
    ['provider_error', [{ error: { code: 500, message: 'x' } }]],
    ['unexpected_content', { error: null }],
    ['unexpected_content', { foo: 1 }],
    ['unexpected_content', []],
  ])('T-ER-01, T-ER-03, fault 32: a JSON body is %s for %j', (code, body) => {
    const reading = readText(JSON.stringify(body), json);
    expect(reading.error?.code).toBe(code);
    expect(isDone(reading)).toBe(false);
  });

  it('T-ER-10, fault 36: a body without a byte is an empty response, with any status of success', () => {
    for (const status of [200, 204]) {
      for (const pieces of [[], [Buffer.alloc(0)], [Buffer.from('\n\n')]]) {
        const reading = readResponse(pieces, { status, headers: {} });
        expect(reading.error).toMatchObject({ code: 'empty_response', retryable: true });
        expect(reading.events).toHaveLength(1);
      }
    }
  });

  it('T-ER-10: a stream of nothing but comments is an empty response', () => {
    expect(readText(': PROCESSING\n\n: PROCESSING\n\n').error?.code).toBe('empty_response');
    expect(read(['[DONE]']).error?.code).toBe('empty_response');
  });

  it('T-ER-11, fault 33: an HTML page with status 200 is refused by its title, with a hint', () => {
    const page = `<!doctype html><html><head><title>Sign in</title></head><body>${'<p>words</p>'.repeat(1000)}</body></html>`;
    for (const pieces of [[Buffer.from(page)], everyByte(Buffer.from(page))]) {
      const { error } = readResponse(pieces, { headers: { 'content-type': 'text/html' } });
      expect(error).toMatchObject({ code: 'unexpected_content', retryable: false, endpoint: { host: 'localhost' } });
      expect(error?.message).toBe(
        'localhost answered with an HTML page and not a completion; does baseUrl point at an API? It begins: Sign in',
      );
    }
  });

  it('T-ER-11: text that is no completion is refused with its beginning, masked and without control characters', () => {
    const { error } = readText(`OK\u001b[2J the key was topsecret-key ${'x'.repeat(5000)}`, { headers: { 'content-type': 'text/plain' }, secrets: ['topsecret-key'] });
    expect(error?.code).toBe('unexpected_content');
    expect(error?.message).toContain('It begins: OK [2J the key was *** xxx');
    expect(error?.message.length).toBeLessThan(700);
  });
});

describe('fault 35: a chunk a line', () => {
  const lines = (...values: unknown[]): Buffer => Buffer.from(values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join(''));
  const ndjson = { headers: { 'content-type': 'application/x-ndjson' } };

  it('fault 35: is read as it comes, with a warning', () => {
    expect(answerOf(readResponse(everyByte(lines(says({ content: 'a' }), '', says({ content: 'b' }), ends())), ndjson))).toEqual([
      notStreamed,
      text('a'),
      text('b'),
      { type: 'warning', code: 'no_done', message: 'the stream ended without [DONE]' },
      finish(),
      done(),
    ]);
  });

  it('fault 35: ends at [DONE], whatever comes behind it', () => {
    const reading = readResponse([lines(says({ content: 'a' }), ends(), '[DONE]', 'junk', says({ content: 'b' }))], ndjson);
    expect(answerOf(reading)).toEqual([notStreamed, text('a'), finish(), done()]);
  });

  it('fault 35: without a finish reason is truncated, in the middle of a line as between two', () => {
    const whole = lines(says({ content: 'a' }), says({ content: 'b' }));
    for (const bytes of [whole, whole.subarray(0, -5)]) expect(readResponse([bytes], ndjson).error?.code).toBe('truncated');
  });

  it('fault 35: with a damaged line in the middle has lost a piece', () => {
    expect(readResponse([lines(says({ content: 'a' }), '{"choi', ends())], ndjson).error?.code).toBe('bad_frame');
  });

  it('fault 35: of messages instead of deltas is not taken for whole at its first line', () => {
    const message = (content: string): object => ({ choices: [{ index: 0, message: { content } }] });
    const reading = readResponse([lines(message('a'), message('b'))], ndjson);
    expect(answerOf(reading)).toEqual([notStreamed, text('a'), text('b')]);
    expect(reading.error?.code).toBe('truncated');
  });

  it("fault 35: in Ollama's own words is read with its finish and usage", () => {
    const bytes = lines(
      { model: 'q', message: { role: 'assistant', content: 'a' }, done: false },
      { model: 'q', message: { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }] }, done: false },
      { model: 'q', message: { content: '' }, done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 2 },
    );
    expect(readResponse([bytes], ndjson).events.slice(1)).toEqual([
      notStreamed,
      { type: 'response', model: 'q' },
      text('a'),
      { type: 'tool_call_delta', choice: 0, name: 'f', delta: '{"x":1}' },
      { type: 'warning', code: 'no_done', message: 'the stream ended without [DONE]' },
      { ...finish('tool_calls'), rawReason: 'stop' },
      usageReport({ prompt_eval_count: 3, eval_count: 2 }),
      done('tool_calls'),
    ]);
  });

  it('fault 35: with an error in a line is that error', () => {
    expect(readResponse([lines(says({ content: 'a' }), { error: 'gone' })], ndjson).error?.providerError?.message).toBe('gone');
  });
});

describe('a JSON body that is cut or too large', () => {
  it('fault 47: a completion cut anywhere is truncated', () => {
    const body = Buffer.from(JSON.stringify(completion, undefined, 1));
    for (let cut = 1; cut < body.length - 1; cut += 7) {
      expect(readResponse([body.subarray(0, cut)], json).error?.code).toBe('truncated');
    }
  });

  it('fault 66: a body larger than an event may be is refused, in one line as in many', () => {
    const limits = { limits: { maxEventBytes: 1000 } };
    for (const body of [`{"a":"${'x'.repeat(2000)}`, `{\n${'"x",\n'.repeat(400)}`]) {
      expect(readText(body, { ...json, ...limits }).error?.code).toBe('limit');
    }
  });

  it('blank lines of a body are not held', () => {
    const body = `{\n${'\n'.repeat(5000)}"choices":[{"message":{"content":"a"}}]}`;
    const reading = readText(body, { ...json, limits: { maxEventBytes: 1000 } });
    expect(reading.error).toBeUndefined();
    expect(warningsIn(reading)).toEqual(['not_streamed', 'no_finish_reason']);
  });
});

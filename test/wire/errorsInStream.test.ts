import { describe, expect, it } from 'vitest';
import { text, usageReport } from '../support/events.ts';
import { answerOf, ends, isDone, read, readText, says, warningsIn } from './chunks.ts';

const said = says({ content: 'a' });

describe('T-ER-03, fault 62, fault 63, fault 65: an error is an error in any shape', () => {
  const shapes: readonly (readonly [name: string, frame: string])[] = [
    ['an object', 'data: {"error":{"message":"boom","code":"x"}}'],
    ['a string', 'data: {"error":"boom"}'],
    ['a list of objects', 'data: {"error":[{"message":"boom"}]}'],
    ['a flag beside a message', 'data: {"error":true,"message":"boom"}'],
    ['a number beside a message', 'data: {"error":502,"message":"boom"}'],
    ['an object beside choices', 'data: {"error":{"message":"boom"},"choices":[{"index":0,"delta":{"content":""}}]}'],
    ['an object within an object', 'data: {"error":{"error":{"message":"boom"}}}'],
    ['a list called errors', 'data: {"errors":[{"message":"boom"}],"success":false}'],
    ['a list of one', 'data: [{"error":{"message":"boom"}}]'],
    ['a detail', 'data: {"detail":"boom"}'],
    ['a detail that is an object', 'data: {"detail":{"message":"boom"}}'],
    ['a report of validation', 'data: {"detail":[{"loc":["body",0],"msg":"boom","input":"my prompt"}]}'],
    ['a message', 'data: {"message":"boom"}'],
    ['a message of object error', 'data: {"object":"error","message":"boom","choices":null}'],
    ['a message of object error beside no choices', 'data: {"object":"error","message":"boom","choices":[]}'],
    ['a message of type error', 'data: {"type":"error","message":"boom"}'],
    ['an error of type error', 'data: {"type":"error","error":{"type":"overloaded","message":"boom"}}'],
    ['MiniMax', 'data: {"base_resp":{"status_code":1013,"status_msg":"boom"},"choices":[{"index":0,"delta":{}}]}'],
    ['an event called error', 'event: error\ndata: boom'],
    ['an event called error with JSON', 'event: error\ndata: {"message":"boom"}'],
    ['an event called error with an error', 'event: error\ndata: {"error":{"message":"boom"}}'],
    ['a field called error', 'error: boom'],
    ['a field called error with JSON', 'error: {"message":"boom"}'],
    ['a bare line of JSON', '{"error":{"message":"boom"}}'],
    ['fault 64: an error of a choice', 'data: {"choices":[{"index":0,"delta":{},"error":{"message":"boom"},"finish_reason":"error"}]}'],
    ['fault 64: a string as the error of a choice', 'data: {"choices":[{"index":0,"delta":{},"error":"boom"}]}'],
  ];

  it.each(shapes)('%s', (_, frame) => {
    const reading = readText(`data: ${JSON.stringify(said)}\n\n${frame}\n\ndata: ${JSON.stringify(ends())}\n\ndata: [DONE]\n\n`);
    expect(answerOf(reading)).toEqual([text('a')]);
    expect(reading.error).toMatchObject({ phase: 'body', endpoint: { host: 'localhost' } });
    expect(reading.error?.providerError?.message).toContain('boom');
    expect(JSON.stringify(reading.error)).not.toContain('my prompt');
  });

  it.each([
    '{"error":null}',
    '{"error":""}',
    '{"error":false}',
    '{"error":0}',
    '{"error":{}}',
    '{"error":[]}',
    '{"errors":[]}',
    '{"base_resp":{"status_code":0,"status_msg":""}}',
    '{"message":"a note beside choices"}',
    '{"detail":"a note beside choices"}',
  ])('fault 63: %s beside choices is none', (fields) => {
    const chunk = { ...says({ content: 'a' }, { error: null }), ...(JSON.parse(fields) as object) };
    const reading = read([chunk, ends(), '[DONE]']);
    expect(reading.error).toBeUndefined();
    expect(answerOf(reading)[0]).toEqual(text('a'));
  });

  it.each([{}, '', false, []])('fault 64: %j as the error of a choice is none', (error) => {
    expect(read([says({ content: 'a' }, { error }), ends(), '[DONE]']).error).toBeUndefined();
  });

  it('an error field that holds null or nothing is none', () => {
    expect(readText(`error: null\n\nerror:\n\ndata: ${JSON.stringify(said)}\n\ndata: [DONE]\n\n`).error).toBeUndefined();
  });
});

describe('what an error in the stream becomes', () => {
  it('T-ER-02, fault 64: an error after tokens is an error, and its usage is delivered', () => {
    const reading = read([
      said,
      {
        id: 'x',
        error: { code: 502, message: 'Provider disconnected', metadata: { provider_name: 'P' } },
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
        usage: { prompt_tokens: 3 },
      },
      '[DONE]',
    ]);
    expect(answerOf(reading)).toEqual([text('a'), usageReport({ prompt_tokens: 3 })]);
    expect(reading.error).toMatchObject({ code: 'provider_error', status: 502, phase: 'body', retryable: true });
    expect(reading.error?.message).toBe('localhost reported an error in its answer (502): Provider disconnected');
  });

  it.each(['error', 'network_error', 'insufficient_system_resource', 'malformed_function_call'])(
    'T-ER-02, fault 64: the finish reason %s alone is an error',
    (word) => {
      const reading = read([said, ends(word), '[DONE]']);
      expect(answerOf(reading)).toEqual([text('a')]);
      expect(reading.error).toMatchObject({ code: 'provider_error', providerError: { code: word } });
    },
  );

  it('T-ER-04: the cause in metadata.raw is dug out, cut and redacted', () => {
    const raw = JSON.stringify({ error: { message: `context too small for sk-secret-0123456789 ${'x'.repeat(5000)}` } });
    const { error } = read([{ error: { code: 400, message: 'Provider returned error', metadata: { raw } } }], { secrets: ['sk-secret-0123456789'] });
    expect(error?.message).toContain('Provider returned error: context too small for ***');
    expect(error?.message.length).toBeLessThan(600);
    expect(error?.cause).toBeInstanceOf(Error);
    expect((error?.cause as Error).message).toMatch(/^context too small for \*\*\* x+…$/);
    expect((error?.cause as Error).message).toHaveLength(512);
  });

  it('T-ER-04: a cause that is no JSON is taken as text', () => {
    const { error } = read([{ error: { message: 'Provider returned error', metadata: { raw: 'upstream gone' } } }]);
    expect(error?.providerError?.message).toBe('Provider returned error: upstream gone');
  });

  it('T-ER-05: [DONE] after an error does not make it a success', () => {
    const reading = read([said, { error: { message: 'boom' } }, ends(), { choices: [], usage: { prompt_tokens: 1 } }, '[DONE]']);
    expect(answerOf(reading)).toEqual([text('a')]);
    expect(reading.error?.code).toBe('provider_error');
  });

  it('T-ER-13: an error event carries its status and the generation that failed, whole', () => {
    const failed = `<tool>${'x'.repeat(2000)}\u0007</tool>`;
    const data = JSON.stringify({ error: { message: 'Tool call validation failed', type: 'invalid_request_error', code: 'tool_use_failed', failed_generation: failed, status_code: 400 } });
    const reading = readText(`data: ${JSON.stringify(says({ reasoning: 'hm' }))}\n\nevent: error\ndata: ${data}\n\n`);
    expect(answerOf(reading)).toEqual([{ type: 'reasoning_delta', choice: 0, delta: 'hm' }]);
    expect(reading.error).toMatchObject({ code: 'provider_error', status: 400, retryable: false, providerError: { code: 'tool_use_failed', failedGeneration: failed } });
    expect(reading.error?.message).not.toContain('xxx');
  });

  it('T-ER-14: an error wins over the finish reasons before it, and usage is kept', () => {
    const reading = read([
      said,
      ends('length'),
      ends('length'),
      { choices: [{ index: 0, delta: {}, finish_reason: null }], usage: { completion_tokens: 9 }, error: { code: 400, message: 'bad' } },
      '[DONE]',
    ]);
    expect(answerOf(reading)).toEqual([text('a'), usageReport({ completion_tokens: 9 })]);
    expect(reading.error).toMatchObject({ code: 'provider_error', status: 400 });
  });

  it('the content of the chunk that reports an error still counts', () => {
    const reading = read([{ ...says({ content: 'last words' }), error: 'boom' }]);
    expect(answerOf(reading)).toEqual([text('last words')]);
    expect(reading.error?.providerError?.message).toBe('boom');
  });

  const classes: readonly (readonly [code: string, retryable: boolean, error: object])[] = [
    ['rate_limit', true, { code: 429, message: 'slow down' }],
    ['rate_limit', true, { code: 'rate_limit_exceeded' }],
    ['rate_limit', true, { type: 'overloaded_error' }],
    ['quota', false, { code: 'insufficient_quota' }],
    ['quota', false, { code: 402 }],
    ['auth', false, { code: '401' }],
    ['auth', false, { status: 403 }],
    ['auth', false, { code: 'invalid_api_key' }],
    ['context_length', false, { code: 'context_length_exceeded' }],
    ['context_length', false, { code: 400, message: "This model's maximum context length is 8192 tokens." }],
    ['content_filter', false, { code: 'content_filter' }],
    ['provider_error', true, { code: 503 }],
    ['provider_error', true, { message: 'boom' }],
    ['provider_error', false, { code: 404 }],
    ['provider_error', false, { type: 'invalid_request_error', message: 'boom' }],
  ];

  it.each(classes)('T-ER-01, fault 63: is %s, retryable: %s, for %j', (code, retryable, error) => {
    expect(read([{ error }]).error).toMatchObject({ code, retryable });
  });
});

describe('what an error may repeat', () => {
  const secret = 'key-of-the-caller-0123456789';

  it('masks the secrets of the call in every field, whatever the shape', () => {
    const bodies = [
      `data: ${JSON.stringify({ error: { message: secret, code: secret, type: secret, param: secret, failed_generation: secret, metadata: { raw: secret } } })}\n\n`,
      `event: error\ndata: no ${secret}\n\n`,
      `error: no ${secret}\n\n`,
      `data: ${JSON.stringify({ detail: [{ loc: [secret], msg: secret }] })}\n\n`,
      `data: ${JSON.stringify({ choices: [{ delta: {}, error: secret }] })}\n\n`,
    ];
    for (const body of bodies) {
      const { error } = readText(body, { secrets: [secret] });
      expect(error?.code).toBe('provider_error');
      expect(JSON.stringify([error, error?.stack, (error?.cause as Error | undefined)?.message])).not.toContain(secret);
    }
  });

  it('masks a secret that the cut of the text has left half of', () => {
    const bodies = [secret.repeat(100), `${'<br>'.repeat(508)}${secret}`];
    for (const [at, body] of bodies.entries()) {
      const options = { secrets: [secret], headers: {} };
      const { error } = at === 0 ? read([{ error: { message: body } }], options) : readText(body, options);
      expect(error?.message).toContain('***');
      expect(error?.message).not.toContain(secret.slice(0, 6));
    }
  });

  it('fault 126: takes control characters out and cuts at 512 characters', () => {
    const { error } = read([{ error: { message: `\u001b]52;c;x\u0007\r\nline\u2028two\u009b ${'long '.repeat(1000)}`, code: '\u001b[31mred' } }]);
    expect(JSON.stringify([error?.message, error?.providerError])).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\\u00/);
    expect(error?.providerError?.message).toHaveLength(512);
    expect(error?.providerError?.code).toBe('[31mred');
  });

  it('warnings repeat nothing of the stream', () => {
    const reading = read([`${secret} is no JSON`, [secret], says({ content: 7, tool_calls: [{ index: secret, id: 'c', function: { name: 'f' } }] }), '[DONE]']);
    expect(warningsIn(reading)).toEqual(['not_json', 'not_a_chunk', 'content_not_text', 'tool_index', 'no_finish_reason']);
    expect(JSON.stringify(reading.events.filter(({ type }) => type === 'warning'))).not.toContain(secret);
    expect(isDone(reading)).toBe(true);
  });
});

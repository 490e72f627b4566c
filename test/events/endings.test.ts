import type { FinishReason } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { finishReason } from '../../src/events/finishReason.ts';
import { done, finish, text, toolDelta, usageReport } from '../support/events.ts';
import { answerOf, ends, isDone, read, says, warningsIn } from '../wire/chunks.ts';

const warning = (code: string, message: string): object => ({ type: 'warning', code, message });
const noDone = warning('no_done', 'the stream ended without [DONE]');
const noReason = warning('no_finish_reason', 'the endpoint gave no finish reason');
const said = says({ content: 'a' });

describe('where an answer ends', () => {
  it('T-EOS-01, fault 48: a finish reason without [DONE] is a whole answer, with a warning', () => {
    expect(answerOf(read([said, ends()]))).toEqual([text('a'), noDone, finish(), done()]);
  });

  it('T-EOS-02, fault 47: neither a finish reason nor [DONE] is truncated', () => {
    const reading = read([said]);
    expect(answerOf(reading)).toEqual([text('a')]);
    expect(reading.error).toMatchObject({ code: 'truncated', phase: 'body', retryable: true });
    expect(read([says({ role: 'assistant' })]).error?.code).toBe('truncated');
  });

  it('T-EOS-03, fault 49: [DONE] without a finish reason is whole with content, its reason unknown, with a warning', () => {
    expect(answerOf(read([said, '[DONE]']))).toEqual([text('a'), noReason, { type: 'finish', choice: 0, reason: 'unknown' }, done('unknown')]);
  });

  it('T-EOS-03, fault 49: [DONE] without a finish reason and without content is an empty response', () => {
    for (const chunks of [[says({ role: 'assistant' }), '[DONE]'], ['[DONE]'], [{ choices: [], usage: { a: 1 } }, '[DONE]']]) {
      expect(read(chunks).error?.code).toBe('empty_response');
    }
  });

  it('a finish reason without content is a whole answer that says nothing', () => {
    expect(answerOf(read([ends(), '[DONE]']))).toEqual([finish(), done()]);
  });

  it('T-EOS-04, T-EOS-11, fault 56: everything behind [DONE] is ignored', () => {
    expect(answerOf(read([said, ends(), '[DONE]', says({ content: 'b' }), { error: 'late' }, '{broken']))).toEqual([text('a'), finish(), done()]);
  });

  it('T-EOS-05, T-EOS-10, fault 95: usage behind the finish reason comes after finish and before done, with [DONE] or without', () => {
    const usage = { choices: [], usage: { total_tokens: 5 } };
    expect(answerOf(read([said, ends(), usage, '[DONE]']))).toEqual([text('a'), finish(), usageReport({ total_tokens: 5 }), done()]);
    expect(answerOf(read([said, ends(), usage]))).toEqual([text('a'), noDone, finish(), usageReport({ total_tokens: 5 }), done()]);
  });

  it('T-EOS-05: usage in the chunk of the finish reason comes after finish, usage before it at once', () => {
    expect(answerOf(read([{ ...said, usage: { n: 1 } }, { ...ends(), usage: { n: 2 } }, '[DONE]']))).toEqual([
      text('a'),
      usageReport({ n: 1 }),
      finish(),
      usageReport({ n: 2 }),
      done(),
    ]);
  });

  it('of a flood of usage behind the finish reason the last eight reports are kept', () => {
    const flood = Array.from({ length: 1000 }, (_, n) => ({ choices: [], usage: { n } }));
    const reports = answerOf(read([said, ends(), ...flood, '[DONE]'])).filter(({ type }) => type === 'usage_report');
    expect(reports).toEqual([992, 993, 994, 995, 996, 997, 998, 999].map((n) => usageReport({ n })));
  });
});

describe('finish reasons', () => {
  const words: Readonly<Record<FinishReason, readonly string[]>> = {
    stop: ['stop', 'stop ', 'STOP', 'eos', 'eos_token', 'end', 'end_turn', 'stop_sequence', 'complete'],
    length: ['length', 'max_tokens', 'MAX_TOKENS', 'model_length', 'model_context_window_exceeded'],
    tool_calls: ['tool_calls', 'tool_use', 'function_call'],
    content_filter: ['content_filter', 'SAFETY', 'sensitive', 'RECITATION', 'PROHIBITED_CONTENT', 'refusal'],
    unknown: ['other', 'abort', 'FINISH_REASON_UNSPECIFIED', 'constructor', '__proto__'],
  };
  const table = Object.entries(words).flatMap(([reason, all]) => all.map((word) => [word, reason as FinishReason] as const));

  it.each(table)('T-EOS-06: "%s" means %s, and the word is kept', (word, reason) => {
    expect(answerOf(read([said, ends(word), '[DONE]']))).toEqual([text('a'), { ...finish(reason), rawReason: word }, done(reason)]);
  });

  it.each(['error', 'network_error', 'malformed_function_call', 'Error '])('T-EOS-06: "%s" says that the answer is not whole', (word) => {
    expect(finishReason(word)).toBe('failed');
    expect(read([said, ends(word), '[DONE]']).error?.code).toBe('provider_error');
  });

  it.each(['null', 'NULL', null, 7, {}, false])('T-EOS-06: %j is no finish reason', (word) => {
    expect(read([said, ends(word)]).error?.code).toBe('truncated');
  });

  it.each(['', ' '])('T-EOS-06: a blank reason "%s" behind the content is stop', (word) => {
    expect(answerOf(read([said, ends(word), '[DONE]']))).toEqual([text('a'), { ...finish(), rawReason: word }, done()]);
    expect(answerOf(read([said, ends(word)]))).toEqual([text('a'), noDone, { ...finish(), rawReason: word }, done()]);
  });

  it('T-EOS-06: a blank reason in every chunk means nothing until [DONE] says that the answer is whole', () => {
    const chunks = [ends(''), says({ content: 'a' }, { finish_reason: '' }), ends(''), says({ content: 'b' }, { finish_reason: '' })];
    expect(answerOf(read([...chunks, '[DONE]']))).toEqual([text('a'), text('b'), { ...finish(), rawReason: '' }, done()]);
    for (let cut = 1; cut <= chunks.length; cut += 1) {
      if (cut !== 3) expect(read(chunks.slice(0, cut)).error?.code).toBe('truncated');
    }
    expect(answerOf(read([...chunks, ends('length'), '[DONE]'])).at(-1)).toEqual(done('length'));
  });

  it('T-EOS-06: a blank reason that content has once refuted ends nothing at the end of the stream', () => {
    expect(read([said, ends(''), said, ends('')]).error?.code).toBe('truncated');
    expect(answerOf(read([said, ends(''), said, ends(''), '[DONE]'])).at(-1)).toEqual(done());
  });

  it('T-EOS-06: usage beside a blank reason that proves to mean nothing is reported at once', () => {
    const usage = { n: 1 };
    expect(answerOf(read([said, ends(''), { ...said, usage }, said, ends(), '[DONE]'])).map(({ type }) => type)).toEqual([
      'text_delta',
      'text_delta',
      'usage_report',
      'text_delta',
      'finish',
      'done',
    ]);
  });

  const pairs: readonly (readonly [first: string, second: string, which: string, reason: FinishReason])[] = [
    ['tool_calls', 'stop', 'tool_calls', 'tool_calls'],
    ['length', 'stop', 'length', 'length'],
    ['content_filter', 'stop', 'content_filter', 'content_filter'],
    ['stop', 'length', 'length', 'length'],
    ['stop', 'end', 'stop', 'stop'],
    ['length', 'tool_calls', 'length', 'length'],
    ['', 'tool_calls', 'tool_calls', 'tool_calls'],
    ['other', 'length', 'length', 'length'],
  ];
  it.each(pairs)('T-EOS-07: "%s" and then "%s" is %s, once', (first, second, which, reason) => {
    expect(answerOf(read([said, ends(first), ends(second), '[DONE]']))).toEqual([text('a'), { ...finish(reason), rawReason: which }, done(reason)]);
  });

  it('T-EOS-08, fault 80: a reason on every chunk, or on the first, is latched: content behind it counts, with a warning', () => {
    const late = warning('late_delta', 'content came after a finish reason');
    const every = [says({ content: 'a' }, { finish_reason: 'stop' }), says({ content: 'b' }, { finish_reason: 'stop' }), '[DONE]'];
    expect(answerOf(read(every))).toEqual([text('a'), text('b'), late, finish(), done()]);
    expect(answerOf(read([ends(), said, says({ content: 'b' }), '[DONE]']))).toEqual([text('a'), late, text('b'), finish(), done()]);
  });
});

describe('several choices', () => {
  it('T-CH-07: an answer ends when all its choices have; one without a reason is truncated', () => {
    const two = [said, says({ content: 'b' }, {}, 1), ends()];
    expect(read(two, { answer: { choices: 2 } }).error?.code).toBe('truncated');
    expect(isDone(read([...two, ends('length', 1)], { answer: { choices: 2 } }))).toBe(true);
  });

  it('T-CH-07, fault 47: a choice asked for that never began is a part of the answer that is missing', () => {
    const reading = read([said, ends()], { answer: { choices: 2 } });
    expect(reading.error?.code).toBe('truncated');
    expect(isDone(reading)).toBe(false);
  });

  it('T-CH-07: an endpoint that says it is done and gave fewer choices than asked for is believed, with a warning', () => {
    const reading = read([said, ends(), '[DONE]'], { answer: { choices: 2 } });
    expect(warningsIn(reading)).toEqual(['missing_choices']);
    expect(isDone(reading)).toBe(true);
  });

  it('T-CH-07: an answer in one piece with fewer choices than asked for is whole, with a warning', () => {
    const body = { choices: [{ index: 0, message: { content: 'a' }, finish_reason: 'stop' }] };
    const reading = read([], { answer: { choices: 2 } });
    expect(reading.error?.code).toBe('empty_response');
    expect(answerOf(read([body, '[DONE]'], { answer: { choices: 2 } })).at(-1)).toEqual(done());
  });
});

describe('a call at the end', () => {
  it('T-TC-15: [DONE] comes after the last fragment, and finish after both', () => {
    const piece = says({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] }, { finish_reason: 'tool_calls' });
    expect(answerOf(read([piece, '[DONE]']))).toEqual([toolDelta({ index: 0, id: 'c', name: 'f' }, '{}'), finish('tool_calls'), done('tool_calls')]);
  });
});

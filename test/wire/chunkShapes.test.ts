import type { StreamEvent } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { done, finish, reasoning, text, toolDelta, usageReport } from '../support/events.ts';
import { textIn } from '../support/readResponse.ts';
import { answerOf, ends, read, readText, says, warningsIn } from './chunks.ts';

const end = [ends(), '[DONE]'];
const whole: StreamEvent[] = [finish(), done()];

describe('choices and deltas', () => {
  it('T-CH-01, fault 77: choices that are empty, null, missing or no list leave the rest of the chunk', () => {
    const usage = { prompt_tokens: 1 };
    expect(answerOf(read([{ choices: [], usage }, { choices: null, usage }, { usage }, { choices: 'none', usage }, says({ content: 'a' }), ...end]))).toEqual([
      ...Array.from({ length: 4 }, () => usageReport(usage)),
      text('a'),
      ...whole,
    ]);
  });

  it('T-CH-02, fault 77: a delta that is null, missing or no object says nothing', () => {
    expect(answerOf(read([says(null), { choices: [{ index: 0 }] }, says('x'), says(7), { choices: [null, 'x'] }, says({ content: 'a' }), ends(), '[DONE]']))).toEqual([
      text('a'),
      ...whole,
    ]);
    expect(answerOf(read([says({ content: 'a' }), says(null, { finish_reason: 'stop' }), '[DONE]']))).toEqual([text('a'), ...whole]);
  });

  it('T-CH-03, fault 77: a chunk that is null is a keep-alive', () => {
    expect(answerOf(read([says({ content: 'a' }), null, ...end]))).toEqual([text('a'), ...whole]);
  });

  it('T-CH-04, fault 79: a message instead of a delta is taken as one, piece after piece', () => {
    const message = (content: string, rest = {}): object => ({ choices: [{ index: 0, message: { role: 'assistant', content }, ...rest }] });
    expect(answerOf(read([message('a'), message('b'), message('', { finish_reason: 'stop' }), '[DONE]']))).toEqual([text('a'), text('b'), ...whole]);
    expect(answerOf(read([message('all', { finish_reason: 'stop' }), '[DONE]']))).toEqual([text('all'), ...whole]);
  });

  it('T-CH-04, fault 79: a whole message after deltas, or the same message again, repeats and is left out', () => {
    const message = { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, message: { content: 'ab' }, finish_reason: 'stop' }] };
    expect(answerOf(read([says({ content: 'a' }), says({ content: 'b' }), message, '[DONE]']))).toEqual([text('a'), text('b'), ...whole]);
    expect(answerOf(read([message, message, '[DONE]']))).toEqual([text('ab'), ...whole]);
  });

  it('T-CH-05: cumulative content is passed on as sent, with one warning', () => {
    const said = ['Once upon', 'Once upon a', 'Once upon a time', 'Once upon a time there', 'Once upon a time there was'];
    const reading = read([...said.map((content) => says({ content })), ...end]);
    expect(answerOf(reading).filter(({ type }) => type === 'text_delta')).toEqual(said.map((delta) => text(delta)));
    expect(warningsIn(reading)).toEqual(['cumulative_content']);
  });

  it.each([
    ['growing white space', ['\n', '\n\n', '\n\n\n', '\n\n\n\n', '\n\n\n\n\n']],
    ['a text that repeats itself', ['again and ', 'again and ', 'again and ', 'again and ', 'again and ']],
    ['digits that grow', ['1', '10', '100', '1000', '10000']],
    ['two growths in a row', ['Once upon', 'Once upon a', 'Once upon a time', 'x', 'Once upon', 'Once upon a']],
  ])('T-CH-05: %s is not cumulative', (_, said) => {
    expect(warningsIn(read([...said.map((content) => says({ content })), ...end]))).toEqual([]);
  });

  it('T-CH-06, fault 76: a role in every chunk, in none, or empty is no event', () => {
    for (const role of [{ role: 'assistant' }, {}, { role: '' }, { role: null }]) {
      expect(answerOf(read([says({ ...role, content: 'a' }), says({ ...role, content: 'b' }), says(role, { finish_reason: 'stop' }), '[DONE]']))).toEqual([
        text('a'),
        text('b'),
        ...whole,
      ]);
    }
  });

  it('T-CH-07, fault 81: choices in turns have states of their own, and one may end early', () => {
    const reading = read(
      [says({ content: 'B' }, {}, 1), says({ content: 'A' }), ends('length', 1), { choices: [{ index: 0, delta: { content: 'a' } }, { index: 2, delta: { content: 'C' } }] }, ends(), ends('stop', 2), '[DONE]'],
      { answer: { choices: 3 } },
    );
    expect(answerOf(reading)).toEqual([
      text('B', 1),
      text('A'),
      text('a'),
      text('C', 2),
      finish(),
      finish('length', 1),
      finish('stop', 2),
      done(),
    ]);
  });

  it('T-CH-07: choices without an index stand in their place in the list', () => {
    const reading = read([{ choices: [{ delta: { content: 'A' } }, { index: null, delta: { content: 'B' } }, { index: -1, delta: { content: 'C' } }] }, '[DONE]']);
    expect([0, 1, 2].map((choice) => textIn(reading.events, choice))).toEqual(['A', 'B', 'C']);
  });

  it('T-CH-07: an index sent as text is a number', () => {
    const reading = read([{ choices: [{ index: '1', delta: { content: 'B' } }] }, says({ content: 'A' }), '[DONE]']);
    expect([0, 1].map((choice) => textIn(reading.events, choice))).toEqual(['A', 'B']);
  });

  it.each([4_294_967_294, 128, 1e300])('fault 82: choice %d is beyond the limit and allocates nothing', (index) => {
    expect(read([says({ content: 'a' }, {}, index)]).error).toMatchObject({ code: 'limit', message: 'the answer has more than 128 choices (maxChoices)' });
  });

  it('fault 82: as many choices as the limit allows are read', () => {
    const choices = Array.from({ length: 128 }, (_, index) => ({ index, delta: { content: 'a' }, finish_reason: 'stop' }));
    expect(read([{ choices }, '[DONE]']).error).toBeUndefined();
    expect(read([{ choices: [...choices, { delta: { content: 'a' } }] }, '[DONE]']).error?.code).toBe('limit');
  });

  it('fault 98: of id, model, time and provider the first counts, once', () => {
    const reading = read([{ id: 'a', model: 'm', created: 5, provider: 'P', ...says({ content: 'a' }) }, { id: 'b', model: 'n', created: 6, ...says({ content: 'b' }) }, ...end]);
    expect(reading.events.filter(({ type }) => type === 'response')).toEqual([{ type: 'response', id: 'a', model: 'm', created: 5, servedBy: 'P' }]);
    expect(read([says({ content: 'a' }), ...end]).events[1]).toEqual({ type: 'response' });
  });
});

describe('content in other forms', () => {
  it('T-CH-08, fault 78: a list of parts is reasoning and text', () => {
    const content = [{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }, 'm'] }, { type: 'text', text: 'a' }, 'b', null, { type: 'reference', ids: [1] }];
    expect(answerOf(read([says({ content }), ...end]))).toEqual([reasoning('hm'), text('ab'), ...whole]);
  });

  it('T-CH-08, T-TH-07: reasoning that comes as a part and as a field comes once', () => {
    const content = [{ type: 'thinking', thinking: 'hm.' }, { type: 'text', text: 'a' }];
    expect(answerOf(read([says({ content, reasoning_content: 'hm' }), ...end]))).toEqual([reasoning('hm'), text('a'), ...whole]);
  });

  it('T-CH-08: a single part, and an image among parts', () => {
    const content = [{ type: 'text', text: 'a' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }];
    expect(answerOf(read([says({ content }), says({ content: { type: 'text', text: 'b' } }), ...end]))).toEqual([
      text('a'),
      { type: 'image', choice: 0, url: 'data:image/png;base64,AA' },
      text('b'),
      ...whole,
    ]);
  });

  it.each([7, true, false, 0])('T-CH-09: content %j is its text, with a warning', (content) => {
    expect(answerOf(read([says({ content }), ...end]))).toEqual([
      { type: 'warning', code: 'content_not_text', message: `content is a ${typeof content}, taken as text` },
      text(String(content)),
      ...whole,
    ]);
  });

  it('the text of the older completions form is text', () => {
    expect(answerOf(read([{ choices: [{ index: 0, text: 'a', finish_reason: null }] }, ...end]))).toEqual([text('a'), ...whole]);
  });

  it('T-CH-10: an image comes once per place and address, audio in pieces', () => {
    const image = { type: 'image_url', index: 0, image_url: { url: `data:image/png;base64,${'A'.repeat(500)}` } };
    const other = { ...image, image_url: { url: `data:image/png;base64,${'A'.repeat(499)}B` } };
    const reading = read([
      says({ images: [image] }),
      says({ images: [image, other] }),
      says({ audio: { id: 'u', transcript: 'hi' } }),
      says({ audio: { data: 'QUJD' } }),
      says({ audio: { expires_at: 9 } }),
      ...end,
    ]);
    expect(answerOf(reading)).toEqual([
      { type: 'image', choice: 0, index: 0, url: image.image_url.url },
      { type: 'image', choice: 0, index: 0, url: other.image_url.url },
      { type: 'audio_delta', choice: 0, id: 'u', delta: '', transcript: 'hi' },
      { type: 'audio_delta', choice: 0, delta: 'QUJD' },
      { type: 'audio_delta', choice: 0, delta: '', expiresAt: 9 },
      ...whole,
    ]);
  });

  it('T-CH-10: an audio that says nothing is none', () => {
    const audio = { data: '', expires_at: 0, id: '', transcript: '' };
    expect(answerOf(read([says({ content: 'a', audio }), ...end]))).toEqual([text('a'), ...whole]);
  });

  it('T-CH-11: citations of whole chunks are one annotation per new address', () => {
    const url = 'https://a.example/';
    const reading = read([
      { ...says({ content: 'a' }), citations: [url] },
      { ...says({ content: 'b' }), citations: [url, 'https://b.example/'], search_results: [{ url, title: 'A' }, { url: 'https://c.example/', title: 'C' }] },
      { ...ends(), citations: [url, 'https://b.example/'] },
      '[DONE]',
    ]);
    expect(reading.events.flatMap((event) => (event.type === 'annotation' ? [[event.url, event.title]] : []))).toEqual([
      [url, undefined],
      ['https://c.example/', 'C'],
      ['https://b.example/', undefined],
    ]);
  });

  it('T-CH-11: an annotation of the delta is no second time a citation of the chunk, nor repeated with every chunk', () => {
    const annotation = (start: number): object => ({ type: 'url_citation', url_citation: { url: 'https://a.example/', start_index: start } });
    const reading = read([
      { ...says({ annotations: [annotation(1)] }), citations: ['https://a.example/'] },
      { ...says({ annotations: [annotation(1), annotation(9)] }), citations: ['https://a.example/'] },
      ...end,
    ]);
    expect(reading.events.flatMap((event) => (event.type === 'annotation' ? [event.startIndex] : []))).toEqual([1, 9]);
  });

  it('T-CH-11: citations that come before anything else come after the response', () => {
    const reading = read([{ choices: [], citations: ['https://a.example/'] }, { id: 'x', ...says({ content: 'a' }) }, ...end]);
    expect(reading.events.map(({ type }) => type).slice(-5)).toEqual(['response', 'annotation', 'text_delta', 'finish', 'done']);
  });

  it('T-CH-11: more addresses than are remembered are all delivered', () => {
    const citations = Array.from({ length: 6000 }, (_, at) => `https://${at}.example/`);
    const reading = read([{ ...says({ content: 'a' }), citations }, ...end]);
    expect(reading.events.filter(({ type }) => type === 'annotation')).toHaveLength(6000);
  });

  it('T-CH-12: of a citation only what was sent is set', () => {
    const raw = { type: 'url_citation', url_citation: { url: 'https://a.example/' } };
    expect(answerOf(read([says({ annotations: [raw] }), ...end]))[0]).toEqual({ type: 'annotation', choice: 0, url: 'https://a.example/', raw });
  });

  it('T-CH-13: probabilities come with each chunk that has them, with text or without', () => {
    const token = (word: string): object => ({ token: word, logprob: -0.5, bytes: [97], top_logprobs: [{ token: word, logprob: -0.5, bytes: null }] });
    const event = (word: string): object => ({ type: 'logprobs', choice: 0, content: [{ token: word, logprob: -0.5, bytes: [97], top: [{ token: word, logprob: -0.5 }] }] });
    const reading = read([says({ content: 'a' }, { logprobs: { content: [token('a')], refusal: null } }), says({}, { logprobs: { content: [token('b')] } }), says({ content: 'c' }, { logprobs: null }), ...end]);
    expect(answerOf(reading)).toEqual([text('a'), event('a'), event('b'), text('c'), ...whole]);
  });

  it('T-CH-13: the parallel lists of the older form are probabilities too', () => {
    const logprobs = { tokens: ['a', 'b'], token_logprobs: [-1, null] };
    expect(answerOf(read([says({ content: 'a' }, { logprobs }), ...end]))[1]).toEqual({ type: 'logprobs', choice: 0, content: [{ token: 'a', logprob: -1 }] });
  });

  it('T-CH-14, fault 97: a refusal has its own deltas and makes stop a content_filter', () => {
    expect(answerOf(read([says({ refusal: 'I ' }), says({ refusal: "can't" }), ...end]))).toEqual([
      { type: 'refusal_delta', choice: 0, delta: 'I ' },
      { type: 'refusal_delta', choice: 0, delta: "can't" },
      { ...finish('content_filter'), rawReason: 'stop' },
      done('content_filter'),
    ]);
  });
});

describe('reasoning', () => {
  const shapes: readonly (readonly [name: string, delta: object, said: string])[] = [
    ['T-TH-07: reasoning_content', { reasoning_content: 'hm' }, 'hm'],
    ['T-TH-07: reasoning', { reasoning: 'hm' }, 'hm'],
    ['T-TH-07: both the same, once', { reasoning: 'hm', reasoning_content: 'hm' }, 'hm'],
    ['T-TH-07: an empty one beside a full one', { reasoning_content: '', reasoning: 'hm' }, 'hm'],
    ['T-TH-07: null beside a full one', { reasoning_content: null, reasoning: 'hm' }, 'hm'],
    ['T-TH-07: reasoning_text', { reasoning_text: 'hm' }, 'hm'],
  ];
  it.each(shapes)('%s', (_, delta, said) => {
    expect(answerOf(read([says(delta), says({ content: 'a' }), ...end]))).toEqual([reasoning(said), text('a'), ...whole]);
  });

  it('T-TH-08: fields of the caller are read instead, the first that says something', () => {
    const options = { answer: { reasoningFields: ['thoughts', '__proto__', 'constructor', 'reasoning'] } };
    const reading = read([says({ thoughts: 'a', reasoning: 'b' }), says({ reasoning: 'c', reasoning_content: 'd' }), ...end], options);
    expect(answerOf(reading)).toEqual([reasoning('a'), reasoning('c'), ...whole]);
  });

  it('T-TH-09: text in a field and in the details comes once, with the details verbatim', () => {
    const details = [{ type: 'reasoning.text', text: 'hm', signature: 's', index: 0, format: 'f' }];
    expect(answerOf(read([says({ reasoning: 'hm', reasoning_details: details }), ...end]))).toEqual([{ ...reasoning('hm'), details }, ...whole]);
  });

  it('T-TH-10: an encrypted detail is an event without text; an empty list is none', () => {
    const details = [{ type: 'reasoning.encrypted', data: '[REDACTED]', index: 0 }];
    expect(answerOf(read([says({ reasoning_details: details }), says({ reasoning_details: [], content: 'a' }), ...end]))).toEqual([
      { ...reasoning(''), details },
      text('a'),
      ...whole,
    ]);
  });

  it('T-TH-14: details give the text where no field does, and empty strings and nulls are no events', () => {
    const chunk = (delta: object): object => ({ id: '', created: 0, model: '', ...says({ content: '', refusal: '', tool_calls: null, annotations: null, audio: null, ...delta }) });
    const details = [{ type: 'reasoning.summary', summary: 'h' }, { text: 'm' }, null, 'x', { text: 7 }];
    const reading = read([chunk({ reasoning_details: details }), chunk({ content: 'a' }), chunk({ tool_calls: [{ index: 0, id: '', type: '', function: { name: '', arguments: '' } }] }), ...end]);
    expect(reading.events.slice(1)).toEqual([{ type: 'response' }, { ...reasoning('hm'), details }, text('a'), ...whole]);
  });

  it('T-TH-12: think tags in the content stay where they are', () => {
    expect(answerOf(read([says({ content: '<think>hm</think>a' }), ...end]))).toEqual([text('<think>hm</think>a'), ...whole]);
  });
});

describe('usage', () => {
  it('T-US-04, T-US-15: usage in a chunk of its own is a report and no text', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    expect(answerOf(read([says({ content: 'a' }), ends(), { choices: [], usage }, '[DONE]']))).toEqual([text('a'), finish(), usageReport(usage), done()]);
  });

  it('T-US-03: usage that is null, empty or no object is no report, before and after a real one', () => {
    const usage = { prompt_tokens: 3 };
    const none = [null, {}, [], 7, ''].map((nothing) => ({ ...says({ content: 'a' }), usage: nothing }));
    expect(answerOf(read([...none, { ...says({ content: 'b' }), usage }, ...none, ...end])).filter(({ type }) => type === 'usage_report')).toEqual([usageReport(usage)]);
  });

  const places: readonly (readonly [name: string, chunk: object, usage: object])[] = [
    ['the chunk', { usage: { a: 1 }, x_groq: { usage: { b: 1 } } }, { a: 1 }],
    ['x_groq', { usage: null, x_groq: { usage: { b: 1 } } }, { b: 1 }],
    ['a choice', { choices: [{ delta: {} }, { delta: {}, usage: { c: 1 } }] }, { c: 1 }],
    ['a message', { message: { usage: { d: 1 } } }, { d: 1 }],
    ['timings, where there is nothing else', { timings: { predicted_n: 2, prompt_n: 1 } }, { timings: { predicted_n: 2, prompt_n: 1 } }],
    ['the chunk rather than timings', { usage: { a: 1 }, timings: { predicted_n: 2 } }, { a: 1 }],
  ];
  it.each(places)('fault 95: usage is found in %s', (_, chunk, usage) => {
    expect(answerOf(read([says({ content: 'a' }), chunk, ...end]))[1]).toEqual(usageReport(usage as Record<string, unknown>));
  });

  it('fault 95: usage in every chunk is reported each time, verbatim and never added', () => {
    const chunks = [1, 2, 3].map((n) => ({ ...says({ content: 'a' }), usage: { completion_tokens: n, odd: '٣', nan: null } }));
    expect(answerOf(read([...chunks, ...end])).flatMap((event) => (event.type === 'usage_report' ? [event.report['completion_tokens']] : []))).toEqual([1, 2, 3]);
  });

  it('T-US-17: the progress llama.cpp reports is no event', () => {
    expect(answerOf(read([{ ...says({ content: null }), prompt_progress: { total: 9, processed: 3 } }, says({ content: 'a' }), ...end]))).toEqual([text('a'), ...whole]);
  });
});

describe('tool calls on the wire', () => {
  const call = (piece: object): object => says({ tool_calls: [piece] });
  const calls = (events: readonly StreamEvent[]): StreamEvent[] => events.filter(({ type }) => type === 'tool_call_delta');

  it('T-TC-08, fault 89: arguments that are no text become their JSON text, once', () => {
    const values: readonly (readonly [unknown, string])[] = [[{ a: [1] }, '{"a":[1]}'], [[1], '[1]'], [7, '7'], [false, 'false'], [null, ''], ['', '']];
    for (const [value, delta] of values) {
      expect(calls(read([call({ index: 0, id: 'c', function: { name: 'f', arguments: value } }), ...end]).events)).toEqual([toolDelta({ index: 0, id: 'c', name: 'f' }, delta)]);
    }
  });

  it('T-TC-08: arguments sent as an object and then as text count once, with a warning', () => {
    const reading = read([call({ index: 0, id: 'c', function: { name: 'f', arguments: { a: 1 } } }), call({ index: 0, function: { arguments: '{"a":' } }), call({ index: 0, function: { arguments: '1}' } }), ...end]);
    expect(calls(reading.events)).toEqual([toolDelta({ index: 0, id: 'c', name: 'f' }, '{"a":1}')]);
    expect(warningsIn(reading)).toEqual(['repeated_arguments']);
  });

  it('T-TC-09, fault 89: a call without arguments is a delta without text', () => {
    for (const piece of [{}, { arguments: null }, { arguments: '' }]) {
      expect(calls(read([call({ index: 0, id: 'c', function: { name: 'f', ...piece } }), ...end]).events)).toEqual([toolDelta({ index: 0, id: 'c', name: 'f' })]);
    }
  });

  it('T-TC-14: a chunk with everything in it gives reasoning, text, refusal, calls, media, probabilities, finish, usage', () => {
    const chunk = {
      ...says(
        {
          tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }],
          images: [{ image_url: { url: 'i' } }],
          audio: { data: 'QQ' },
          annotations: [{ url: 'u' }],
          refusal: 'no',
          content: 'a',
          reasoning: 'hm',
        },
        { finish_reason: 'tool_calls', logprobs: { content: [{ token: 'a', logprob: 0 }] } },
      ),
      usage: { x: 1 },
    };
    expect(answerOf(read([chunk, '[DONE]'])).map(({ type }) => type)).toEqual([
      ...['reasoning_delta', 'text_delta', 'refusal_delta', 'tool_call_delta', 'annotation', 'image', 'audio_delta', 'logprobs'],
      ...['finish', 'usage_report', 'done'],
    ]);
  });

  it('T-TC-15: calls that come behind the finish reason come before finish all the same', () => {
    const reading = read([call({ index: 0, id: 'c', function: { name: 'f', arguments: '{"a":' } }), ends('tool_calls'), call({ index: 0, function: { arguments: '1}' } }), '[DONE]']);
    expect(answerOf(reading)).toEqual([
      toolDelta({ index: 0, id: 'c', name: 'f' }, '{"a":'),
      toolDelta({ index: 0 }, '1}'),
      { type: 'warning', code: 'late_delta', message: 'content came after a finish reason' },
      finish('tool_calls'),
      done('tool_calls'),
    ]);
  });

  it('T-TC-16: null is as good as nothing in every field', () => {
    const reading = read([
      call({ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{' } }),
      call({ index: 0, id: null, type: null, function: { name: null, arguments: '}' } }),
      says({ tool_calls: null, function_call: null }),
      call({ index: 0, id: null, function: null }),
      says({ tool_calls: [null, 'x', 7] }),
      ends('tool_calls'),
      '[DONE]',
    ]);
    expect(calls(reading.events)).toEqual([toolDelta({ index: 0, id: 'c', name: 'f' }, '{'), toolDelta({ index: 0 }, '}')]);
  });

  it('T-TC-17, fault 84: indices that start at 1 or leave gaps are passed on as sent', () => {
    const reading = read([call({ index: 1, id: 'a', function: { name: 'f' } }), call({ index: 3, id: 'b', function: { name: 'g' } }), ends('tool_calls'), '[DONE]']);
    expect(calls(reading.events)).toEqual([toolDelta({ index: 1, id: 'a', name: 'f' }), toolDelta({ index: 3, id: 'b', name: 'g' })]);
  });

  it('T-TC-19: two finish chunks are one finish', () => {
    expect(answerOf(read([call({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }), ends('tool_calls'), ends('tool_calls'), '[DONE]'])).slice(1)).toEqual([
      finish('tool_calls'),
      done('tool_calls'),
    ]);
  });

  it('T-TC-20, fault 93: with a complete call, stop and no reason at all mean tool_calls; the endpoint’s word stays', () => {
    const piece = call({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } });
    expect(answerOf(read([piece, ...end])).slice(1)).toEqual([{ ...finish('tool_calls'), rawReason: 'stop' }, done('tool_calls')]);
    expect(answerOf(read([piece, '[DONE]'])).slice(2)).toEqual([{ type: 'finish', choice: 0, reason: 'tool_calls' }, done('tool_calls')]);
    expect(answerOf(read([piece, ends('length'), '[DONE]'])).at(-1)).toEqual(done('length'));
  });

  it('T-TC-20: a call whose arguments are cut is no complete call', () => {
    expect(answerOf(read([call({ index: 0, id: 'c', function: { name: 'f', arguments: '{"a":' } }), ...end])).at(-1)).toEqual(done('stop'));
  });

  it.each([1e9, -1, 1.5, 'x', '__proto__', true, {}, 4_294_967_294])('T-TC-22, fault 86: index %j is no place in a list: the call is told apart by its id, with a warning', (index) => {
    const reading = read([call({ index, id: 'c', function: { name: 'f', arguments: '{}' } }), ends('tool_calls'), '[DONE]']);
    expect(calls(reading.events)).toEqual([toolDelta({ id: 'c', name: 'f' }, '{}')]);
    expect(warningsIn(reading)).toEqual(['tool_index']);
  });

  it('T-TC-22, fault 86: an index as text is a number', () => {
    expect(calls(read([call({ index: '2', id: 'c', function: { name: 'f' } }), ...end]).events)).toEqual([toolDelta({ index: 2, id: 'c', name: 'f' })]);
  });

  it('T-TC-23: arguments with __proto__ as a key stay text', () => {
    const args = '{"__proto__":{"polluted":true},"constructor":1}';
    expect(calls(read([call({ index: 0, id: '__proto__', function: { name: 'constructor', arguments: args } }), ends('tool_calls'), '[DONE]']).events)).toEqual([
      toolDelta({ index: 0, id: '__proto__', name: 'constructor' }, args),
    ]);
  });

  it('T-TC-24, fault 83: a call without index and type, and a piece without id and with an empty name', () => {
    const reading = read([call({ id: 'c', function: { name: 'f', arguments: '' } }), says({ index: 0, tool_calls: [{ function: { name: '', arguments: '{}' } }] }), ends('tool_calls'), '[DONE]']);
    expect(calls(reading.events)).toEqual([toolDelta({ id: 'c', name: 'f' }), toolDelta({}, '{}')]);
  });

  it('T-TC-21: a thought signature is kept verbatim', () => {
    const extra = { extra_content: { google: { thought_signature: 's' } } };
    expect(calls(read([call({ index: 0, id: 'c', function: { name: 'f' }, ...extra }), ...end]).events)).toEqual([{ ...toolDelta({ index: 0, id: 'c', name: 'f' }), extra }]);
  });

  it('fault 94: the legacy function_call is one call, beside an empty list too', () => {
    const reading = read([says({ function_call: { name: 'f', arguments: '' } }), says({ function_call: { arguments: '{}' }, tool_calls: [] }), ends('function_call'), '[DONE]']);
    expect(answerOf(reading)).toEqual([toolDelta({ name: 'f' }), toolDelta({}, '{}'), { ...finish('tool_calls'), rawReason: 'function_call' }, done('tool_calls')]);
  });

  it('fault 92: arguments beyond the limit are an error', () => {
    const reading = read([call({ index: 0, id: 'c', function: { name: 'f', arguments: 'x'.repeat(60) } }), call({ index: 0, function: { arguments: 'x'.repeat(60) } })], { limits: { maxToolInputBytes: 100 } });
    expect(reading.error).toMatchObject({ code: 'limit' });
    expect(reading.error?.message).toContain('maxToolInputBytes');
  });

  it('fault 86, fault 128: more calls than the limit are an error', () => {
    const pieces = Array.from({ length: 129 }, (_, index) => ({ index, id: `c${index}`, function: { name: 'f', arguments: '{}' } }));
    expect(read([says({ tool_calls: pieces })]).error?.message).toContain('maxToolCalls');
    expect(read([says({ tool_calls: pieces.slice(1) }), ends('tool_calls'), '[DONE]']).error).toBeUndefined();
  });
});

describe('whole bodies of known traps', () => {
  it('F23, F27: usage of null, U+2028 in the content, no newline at the end', () => {
    const reading = readText('data: {"usage":null,"choices":[{"index":0,"delta":{"content":"a\u2028b"}}]}\r\rdata: {"choices":[{"delta":{},"finish_reason":"stop"}]}');
    expect(answerOf(reading).filter(({ type }) => type !== 'warning')).toEqual([text('a\u2028b'), ...whole]);
  });
});

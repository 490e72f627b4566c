import {
  chunk,
  chunksOf,
  comment,
  completion,
  frame,
  scriptedEndpoint,
  scriptOfAnswer,
  script,
  streamOf,
  usageReport,
} from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('a frame', () => {
  it('carries an object as JSON and a string as it is', () => {
    expect(frame({ a: 'ü\n' })).toBe('data: {"a":"ü\\n"}\n\n');
    expect(frame('[DONE]')).toBe('data: [DONE]\n\n');
  });

  it('gives each line a field of its own', () => {
    expect(frame('a\r\nb\rc\nd')).toBe('data: a\ndata: b\ndata: c\ndata: d\n\n');
  });

  it('names its event and id', () => {
    expect(frame({}, { event: 'error', id: '7' })).toBe('event: error\nid: 7\ndata: {}\n\n');
  });
});

describe('a comment', () => {
  it('begins each of its lines with a colon', () => {
    expect(comment('OPENROUTER PROCESSING')).toBe(': OPENROUTER PROCESSING\n\n');
    expect(comment('a\nb')).toBe(': a\n: b\n\n');
    expect(comment()).toBe(':\n\n');
  });
});

describe('a chunk', () => {
  it('says text as OpenAI does', () => {
    expect(chunk({ text: 'Hi', role: 'assistant' })).toEqual({
      id: 'chatcmpl-test',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'test-model',
      choices: [{ index: 0, delta: { role: 'assistant', content: 'Hi' }, finish_reason: null }],
    });
  });

  it('says an empty text, which is not the same as none', () => {
    expect(chunk({ text: '' })).toHaveProperty('choices.0.delta.content', '');
    expect(chunk({ finish: 'stop' })).toHaveProperty('choices.0.delta', {});
  });

  it('says reasoning in the field asked for', () => {
    expect(chunk({ reasoning: 'hm' })).toHaveProperty('choices.0.delta.reasoning', 'hm');
    expect(chunk({ reasoning: 'hm', reasoningField: 'reasoning_content' })).toHaveProperty(
      'choices.0.delta.reasoning_content',
      'hm',
    );
  });

  it('carries fragments of tool calls with only what they say', () => {
    const { choices } = chunk({
      toolCall: [
        { index: 0, id: 'a', name: 'f', args: '' },
        { index: 1, args: '{}' },
      ],
    });
    expect(choices).toHaveProperty('0.delta.tool_calls', [
      { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
      { index: 1, function: { arguments: '{}' } },
    ]);
  });

  it('has no choices when it only reports usage', () => {
    const usage = usageReport({ input: 3, output: 2, reasoning: 1, cacheRead: 0 });
    expect(chunk({ usage })).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 2,
        total_tokens: 5,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    });
    expect(chunk({ usage, finish: 'stop' })).toHaveProperty('choices.0.finish_reason', 'stop');
  });

  it('takes fields no one thought of', () => {
    const odd = chunk({ extra: { provider: 'x' }, extraDelta: { annotations: [] } });
    expect(odd).toHaveProperty('provider', 'x');
    expect(odd).toHaveProperty('choices.0.delta.annotations', []);
  });
});

describe('a body', () => {
  it('frames every chunk and ends with [DONE]', () => {
    expect(textOf(streamOf({ a: 1 }, 'x'))).toBe('data: {"a":1}\n\ndata: x\n\ndata: [DONE]\n\n');
  });
});

describe('a whole answer', () => {
  const answer = {
    text: 'one two 🙂🙃',
    reasoning: 'let me think',
    toolCalls: [{ name: 'weather', args: { city: 'Bern' } }, { name: 'now', id: 'call_x' }],
    usage: usageReport({ input: 1, output: 2 }),
  };
  const joined = (part: 'content' | 'reasoning'): string =>
    chunksOf(answer, { pieceLength: 3 })
      .flatMap(({ choices }) => choices as { delta: Record<string, string | undefined> }[])
      .map(({ delta }) => delta[part] ?? '')
      .join('');

  it('is taken apart into pieces that give it back', () => {
    expect(joined('content')).toBe(answer.text);
    expect(joined('reasoning')).toBe(answer.reasoning);
  });

  it('never parts a surrogate pair', () => {
    expect(chunksOf({ text: '🙂🙃' }, { pieceLength: 1 }).map((each) => JSON.stringify(each))).toEqual(
      expect.arrayContaining([expect.stringContaining('🙂'), expect.stringContaining('🙃')]),
    );
  });

  it('finishes with tool_calls when it calls tools, and reports usage last', () => {
    const chunks = chunksOf(answer);
    expect(chunks.at(-2)).toHaveProperty('choices.0.finish_reason', 'tool_calls');
    expect(chunks.at(-1)).toHaveProperty('usage.total_tokens', 3);
    expect(chunks.at(-1)).toHaveProperty('choices', []);
  });

  it('of several choices names the choice of every piece', () => {
    const indices = chunksOf({ choices: [{ text: 'a' }, { text: 'b', finish: 'length' }] }).map((each) => each['choices']);
    expect(indices.flat()).toEqual(expect.arrayContaining([expect.objectContaining({ index: 1, finish_reason: 'length' })]));
  });

  it('stands in one completion when it is not streamed', () => {
    expect(completion(answer)).toMatchObject({
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: answer.text,
            reasoning: answer.reasoning,
            tool_calls: [
              { id: 'call_0', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
              { id: 'call_x', type: 'function', function: { name: 'now', arguments: '{}' } },
            ],
          },
        },
      ],
      usage: { total_tokens: 3 },
    });
    expect(completion()).toHaveProperty('choices.0.message.content', null);
  });

  it('is played by an endpoint as the same body', async () => {
    const opening = script().headers(200, { 'x-request-id': 'r1', connection: 'close' });
    await using endpoint = await scriptedEndpoint(scriptOfAnswer(answer.text, { ...answer, pieceLength: 3, opening }));
    const response = await fetch(endpoint.baseUrl);
    expect(await response.text()).toBe(textOf(streamOf(...chunksOf(answer, { pieceLength: 3 }))));
    expect(response.headers.get('x-request-id')).toBe('r1');
  });
});

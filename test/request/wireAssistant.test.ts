import type { AssistantMessage, AssistantPart } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { compatAt, openAI, openRouter, refusal, untyped, warningsOf, wireOf } from './support.ts';

const answer = (...content: AssistantPart[]): AssistantMessage => ({ role: 'assistant', content });
const text = (words: string): AssistantPart => ({ type: 'text', text: words });
const call: AssistantPart = { type: 'tool_call', id: 'c1', name: 'weather', args: '{"city": "Bern"}' };
const wireCall = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city": "Bern"}' } };
const deepSeek = compatAt('https://api.deepseek.com/v1');

const warned = (message: AssistantMessage, model = openRouter): string[] =>
  warningsOf(model, { messages: [{ role: 'user', content: 'u' }, message, message] });

describe('a former answer', () => {
  it('goes back as one string, its pieces as they were streamed', () =>
    expect(wireOf(answer(text('Hel'), text('lo')))).toEqual({ role: 'assistant', content: 'Hello' }));

  it('goes back as it is when it is a string', () =>
    expect(wireOf({ role: 'assistant', content: 'Hello' })).toEqual({ role: 'assistant', content: 'Hello' }));

  it('has no empty text among its parts, which some models refuse', () =>
    expect(wireOf(answer(text(''), { type: 'text', text: 'long', cacheControl: true }))).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: 'long', cache_control: { type: 'ephemeral' } }],
    }));

  it('has content null when it only calls tools', () =>
    expect(wireOf(answer(call))).toEqual({ role: 'assistant', content: null, tool_calls: [wireCall] }));

  it('keeps text beside its calls', () =>
    expect(wireOf(answer(text('Let me see'), call))).toEqual({
      role: 'assistant',
      content: 'Let me see',
      tool_calls: [wireCall],
    }));

  it.each<[string, AssistantMessage]>([
    ['no parts', answer()],
    ['empty text', answer(text(''))],
    ['an empty string', { role: 'assistant', content: '' }],
  ])('is left out with one warning when it has %s', (_what, message) => {
    expect(wireOf(message)).toBeUndefined();
    expect(warned(message)).toEqual(['empty_message']);
  });

  it('never sends what the caller keeps on it', () => {
    const message = { ...answer(text('hi')), usage: { input: 1 }, stopReason: 'stop', timestamp: 17, model: 'm' };
    expect(wireOf(message)).toEqual({ role: 'assistant', content: 'hi' });
  });

  it('is refused with the path of a part that has no form', () => {
    expect(refusal(() => wireOf(answer(text('a'), untyped({ type: 'video' }))))).toContain(
      '`messages[1].content[1]` cannot be sent',
    );
    expect(refusal(() => wireOf({ role: 'assistant', content: untyped(null) }))).toContain(
      '`messages[1].content` must be',
    );
  });
});

describe('a former tool call', () => {
  const argumentsOf = (part: object): unknown =>
    (wireOf(answer({ type: 'tool_call', id: 'c', name: 'f', ...part })) as { tool_calls: [typeof wireCall] })
      .tool_calls[0].function.arguments;

  it('goes back with its own text of the arguments, whatever the input says', () =>
    expect(argumentsOf({ args: '{"a" :1}', input: { a: 2 } })).toBe('{"a" :1}'));

  it('goes back with its input as JSON text where it has no text', () => {
    expect(argumentsOf({ input: { a: [1] } })).toBe('{"a":[1]}');
    expect(argumentsOf({ input: 0 })).toBe('0');
  });

  it.each([{}, { args: '' }, { args: ' ' }])('goes back with {} when it has none (%j)', (part) =>
    expect(argumentsOf(part)).toBe('{}'),
  );

  it('T-TC-21: keeps the fields outside the standard, which never replace its own', () => {
    const extra = { extra_content: { google: { thought_signature: 'sig' } }, id: 'other' };
    expect(wireOf(answer({ ...call, extra }))).toHaveProperty('tool_calls', [
      { extra_content: { google: { thought_signature: 'sig' } }, ...wireCall },
    ]);
  });

  it('goes back under its stand-in id where the endpoint sent none', () =>
    expect(wireOf(answer({ type: 'tool_call', callId: 'call_0', name: 'f' }))).toHaveProperty(
      'tool_calls.0.id',
      'call_0',
    ));

  it('is refused without an id or a name', () => {
    expect(refusal(() => wireOf(answer({ type: 'tool_call', name: 'f' })))).toBe(
      '`messages[1].content[0].id` must be a non-empty string',
    );
    expect(refusal(() => wireOf(answer({ type: 'tool_call', id: 'c', name: '' })))).toContain(
      '`messages[1].content[0].name`',
    );
  });

  it('is refused when its input has no JSON', () => {
    const cycle: Record<string, unknown> = {};
    cycle['canary'] = cycle;
    const message = refusal(() => wireOf(answer({ type: 'tool_call', id: 'c', name: 'f', input: cycle })));
    expect(message).toBe('`messages[1].content[0].input` cannot be written as JSON');
  });
});

describe('former reasoning', () => {
  const details = [{ type: 'reasoning.encrypted', data: 'xyz', index: 0 }];
  const thought: AssistantPart = { type: 'reasoning', text: 'hm', details };

  it('goes back to OpenRouter as reasoning with its details verbatim', () =>
    expect(wireOf(answer(thought, text('Yes')))).toEqual({
      role: 'assistant',
      content: 'Yes',
      reasoning: 'hm',
      reasoning_details: details,
    }));

  it('goes back as details alone when it is only a signature', () =>
    expect(wireOf(answer({ type: 'reasoning', text: '', details }, call))).toEqual({
      role: 'assistant',
      content: null,
      reasoning_details: details,
      tool_calls: [wireCall],
    }));

  it.each([
    'https://api.deepseek.com/v1',
    'https://api.moonshot.ai/v1',
    'https://api.moonshot.cn/v1',
    'https://api.z.ai/api/paas/v4/chat/completions',
  ])('T-TH-11: goes back as reasoning_content to %s', (baseUrl) =>
    expect(wireOf(answer({ type: 'reasoning', text: 'hm' }, text('Yes')), compatAt(baseUrl))).toEqual({
      role: 'assistant',
      content: 'Yes',
      reasoning_content: 'hm',
    }),
  );

  it('is left out with one warning where the endpoint has no field for it', () => {
    expect(wireOf(answer(thought, text('Yes')), openAI)).toEqual({ role: 'assistant', content: 'Yes' });
    expect(warned(answer(thought, text('Yes')), openAI)).toEqual(['reasoning_omitted']);
  });

  it('warns when only its details are left out', () => {
    expect(warned(answer(thought, text('Yes')), deepSeek)).toEqual(['reasoning_omitted']);
    expect(warned(answer({ type: 'reasoning', text: 'hm' }, text('Yes')), deepSeek)).toEqual([]);
    expect(warned(answer(thought, text('Yes')))).toEqual([]);
  });

  it('takes its message with it when nothing else was said', () => {
    expect(wireOf(answer(thought), openAI)).toBeUndefined();
    expect(warned(answer(thought), openAI)).toEqual(['reasoning_omitted', 'empty_message']);
  });

  it('is decided by the model where it says so', () => {
    const model = compatAt('https://h/v1', { reasoningReplay: 'reasoning_content' });
    expect(wireOf(answer({ type: 'reasoning', text: 'hm' }), model)).toEqual({
      role: 'assistant',
      content: '',
      reasoning_content: 'hm',
    });
  });

  it('is refused when its details are no array', () =>
    expect(refusal(() => wireOf(answer(untyped({ type: 'reasoning', text: '', details: 'x' }))))).toContain(
      '.details` must be an array',
    ));
});

describe('other parts of a former answer', () => {
  it('send a refusal in its own field', () =>
    expect(wireOf(answer({ type: 'refusal', text: 'no' }))).toEqual({
      role: 'assistant',
      content: null,
      refusal: 'no',
    }));

  it('send spoken words by their id, and leave them out without one', () => {
    expect(wireOf(answer({ type: 'audio', id: 'audio_1' }), openAI)).toEqual({
      role: 'assistant',
      content: null,
      audio: { id: 'audio_1' },
    });
    expect(wireOf(answer(text('Hi'), { type: 'audio' }), openAI)).toEqual({ role: 'assistant', content: 'Hi' });
    expect(warningsOf(openAI, { messages: [answer(text('Hi'), { type: 'audio' })] })).toEqual(['audio_omitted']);
  });

  it('send an image back to OpenRouter and leave it out elsewhere', () => {
    const image: AssistantPart = { type: 'image', url: 'data:image/png;base64,AA' };
    expect(wireOf(answer(text('Here'), image))).toHaveProperty('images', [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
    ]);
    expect(wireOf(answer(text('Here'), image), openAI)).toEqual({ role: 'assistant', content: 'Here' });
    expect(warningsOf(openAI, { messages: [answer(text('Here'), image)] })).toEqual(['image_omitted']);
  });

  it('T-TC-13: leave out a call that was cut', () => {
    const cut: AssistantPart = { type: 'tool_call', id: 'c', name: 'f', args: '{"a":', complete: false };
    expect(wireOf(answer(text('Here'), cut))).toEqual({ role: 'assistant', content: 'Here' });
    expect(warningsOf(openAI, { messages: [answer(text('Here'), cut)] })).toEqual(['tool_call_omitted']);
  });

  it('send annotations back to OpenRouter and leave them out elsewhere with a warning', () => {
    const raw = { type: 'url_citation', url_citation: { url: 'https://h' } };
    const message = answer(text('See'), { type: 'annotation', raw });
    expect(wireOf(message)).toEqual({ role: 'assistant', content: 'See', annotations: [raw] });
    expect(wireOf(message, openAI)).toEqual({ role: 'assistant', content: 'See' });
    expect(warned(message, openAI)).toEqual(['annotation_omitted']);
  });
});

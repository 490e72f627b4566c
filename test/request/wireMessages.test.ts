import fc from 'fast-check';
import type { Context, Message } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { bodyOf, compatAt, hello, openRouter, refusal, requestOf, untyped, warningsOf, wireOf } from './support.ts';

const messagesOf = (context: Context, model = openRouter): unknown => bodyOf(model, context)['messages'];

describe('the conversation', () => {
  it('begins with the standing orders', () =>
    expect(messagesOf({ ...hello, systemPrompt: 'Be brief.' })).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
    ]));

  it('gives the standing orders the role the model wants', () => {
    const model = compatAt('https://h/v1', { systemRole: 'developer' });
    expect(messagesOf({ ...hello, systemPrompt: 'x' }, model)).toMatchObject([{ role: 'developer' }, { role: 'user' }]);
  });

  it.each(['', ' \n', []])('has no standing orders when they are %j', (systemPrompt) =>
    expect(messagesOf({ ...hello, systemPrompt })).toEqual([{ role: 'user', content: 'hi' }]),
  );

  it('keeps system and developer messages where they stand', () =>
    expect(
      messagesOf({
        messages: [...hello.messages, { role: 'developer', content: [{ type: 'text', text: 'Now in verse.' }] }],
      }),
    ).toEqual([
      { role: 'user', content: 'hi' },
      { role: 'developer', content: 'Now in verse.' },
    ]));

  it('joins the texts of standing orders with a line break', () =>
    expect(
      wireOf({
        role: 'system',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      }),
    ).toHaveProperty('content', 'a\nb'));

  it.each([
    [null, '`context` must be an object with `messages`'],
    [[], '`context` must be an object with `messages`'],
    [{ system: 'x', messages: [] }, '`context.system` is not known; did you mean `systemPrompt`?'],
    [{ mesages: [] }, '`context.mesages` is not known; did you mean `messages`?'],
    [{}, '`messages` must be an array'],
    [{ messages: 'hi' }, '`messages` must be an array'],
    [{ messages: [] }, '`messages` must not be empty'],
    [{ messages: [null] }, '`messages[0]` must be a message'],
    [{ messages: ['hi'] }, '`messages[0]` must be a message'],
    [
      { messages: [{ role: 'robot', content: '' }] },
      '`messages[0].role` must be user, assistant, tool_result, tool, system or developer',
    ],
  ])('fault 119: is refused when it is %j', (context, message) =>
    expect(refusal(() => requestOf(openRouter, untyped(context)))).toBe(message),
  );
});

describe('a tool result', () => {
  it.each(['tool_result', 'tool'] as const)('goes out in the role of a tool (%s)', (role) =>
    expect(wireOf({ role, toolCallId: 'c1', toolName: 'weather', content: 'sunny', isError: true })).toEqual({
      role: 'tool',
      tool_call_id: 'c1',
      content: 'sunny',
    }),
  );

  it('joins its texts with a line break', () =>
    expect(
      wireOf({
        role: 'tool',
        toolCallId: 'c',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      }),
    ).toHaveProperty('content', 'a\nb'));

  it('may be empty', () =>
    expect(wireOf({ role: 'tool', toolCallId: 'c', content: [] })).toHaveProperty('content', ''));

  it('is refused with an image, for which the wire has no form', () => {
    const message: Message = {
      role: 'tool_result',
      toolCallId: 'c',
      content: untyped([
        { type: 'text', text: 'a' },
        { type: 'image', url: 'u' },
      ]),
    };
    expect(refusal(() => wireOf(message))).toBe(
      '`messages[1].content[1]` must be text: the wire has no other form here',
    );
  });

  it('is refused without the id of its call', () =>
    expect(refusal(() => wireOf(untyped({ role: 'tool_result', content: 'x' })))).toBe(
      '`messages[1].toolCallId` must be a non-empty string',
    ));
});

describe('cache marks', () => {
  const marked = (count: number): Context => ({
    messages: Array.from({ length: count }, () => ({
      role: 'user',
      content: [{ type: 'text', text: 't', cacheControl: true }],
    })),
  });

  it('are warned of from the fifth on', () => {
    expect(warningsOf(openRouter, marked(4))).toEqual([]);
    expect(warningsOf(openRouter, marked(7))).toEqual(['cache_marks']);
  });
});

describe('half a surrogate pair', () => {
  it('goes out as U+FFFD with a warning', () => {
    const context: Context = { messages: [{ role: 'user', content: 'cut \ud83d' }] };
    expect(messagesOf(context)).toEqual([{ role: 'user', content: 'cut \ufffd' }]);
    expect(warningsOf(openRouter, context)).toEqual(['lone_surrogate']);
  });

  it('goes out as U+FFFD within the arguments of a tool call as well', () => {
    const context: Context = {
      messages: [{ role: 'assistant', content: [{ type: 'tool_call', id: 'c', name: 'f', input: { a: '\ude00' } }] }],
    };
    expect(requestOf(openRouter, context).body).toContain('{\\"a\\":\\"\ufffd\\"}');
    expect(warningsOf(openRouter, context)).toEqual(['lone_surrogate']);
  });

  it.each(['\u{1f600}', '\\ud83d', '\\\\ud83d', 'C:\\udata'])('is not seen in %j', (content) => {
    const context: Context = { messages: [{ role: 'user', content }] };
    expect(messagesOf(context)).toEqual([{ role: 'user', content }]);
    expect(warningsOf(openRouter, context)).toEqual([]);
  });

  it('conservation: any other text arrives as it was, and the body is always well-formed', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '\\', '\\ud83d', '"', '\ud83d', '\ude00', '\u{1f600}', '\n', 'u')),
        (pieces) => {
          const content = `x${pieces.join('')}`;
          const { body } = requestOf(openRouter, { messages: [{ role: 'user', content }] });
          const wellFormed = content.replace(
            /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
            '\ufffd',
          );
          expect((JSON.parse(body) as { messages: unknown }).messages).toEqual([{ role: 'user', content: wellFormed }]);
          expect(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body))).toBe(body);
        },
      ),
    ));
});

import type { CacheControl, UserPart } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { bodyOf, openAI, openRouter, refusal, untyped, wireOf } from './support.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUg==';
const contentOf = (content: string | readonly UserPart[], model = openRouter): unknown =>
  (wireOf({ role: 'user', content }, model) as { content: unknown }).content;
const partOf = (part: UserPart, model = openRouter): unknown => (contentOf([part], model) as unknown[])[0];
const refused = (part: unknown, model = openRouter): string =>
  refusal(() => contentOf([untyped<UserPart>(part)], model));

describe('a user message', () => {
  it('goes out as the string it is', () => expect(contentOf('hello')).toBe('hello'));

  it('goes out as a string when it is one text part', () =>
    expect(contentOf([{ type: 'text', text: 'hello' }])).toBe('hello'));

  it('keeps several texts apart', () =>
    expect(
      contentOf([
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ]),
    ).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]));

  it('never sends a field of its own kind', () => {
    const message = { role: 'user', content: 'hi', timestamp: 17, id: 'mine' } as const;
    expect(wireOf(message)).toEqual({ role: 'user', content: 'hi' });
  });

  it('is refused when it is empty', () =>
    expect(refusal(() => contentOf([]))).toBe('`messages[1].content` must not be empty'));

  it.each([7, null, {}])('is refused when its content is %j', (content) =>
    expect(refusal(() => contentOf(untyped(content)))).toBe(
      '`messages[1].content` must be a string or an array of parts',
    ),
  );

  it('is refused with the path of a part that has no form here', () => {
    expect(refused({ type: 'tool_call', id: 'c', name: 'f' })).toContain(
      '`messages[1].content[0]` must have the type text, image',
    );
    expect(refused({ type: 'text' })).toBe('`messages[1].content[0].text` must be a string');
    expect(refused('text')).toBe('`messages[1].content[0]` must be a part with a `type`');
  });
});

describe('an image', () => {
  it('goes out by its address, with its detail', () =>
    expect(partOf({ type: 'image', url: 'https://h/cat.png', detail: 'low' })).toEqual({
      type: 'image_url',
      image_url: { url: 'https://h/cat.png', detail: 'low' },
    }));

  it.each([
    ['base64 with a type', { data: 'AAAA', mimeType: 'image/tiff' }, 'data:image/tiff;base64,AAAA'],
    ['base64 of a known format', { data: PNG }, `data:image/png;base64,${PNG}`],
    ['bytes', { data: new Uint8Array([0xff, 0xd8, 0xff, 0xe0]) }, 'data:image/jpeg;base64,/9j/4A=='],
    [
      'a view of bytes',
      { data: new Uint8Array([9, 1, 2, 9]).subarray(1, 3), mimeType: 'image/x' },
      'data:image/x;base64,AQI=',
    ],
    ['a data URL', { data: 'data:image/png;base64,AA' }, 'data:image/png;base64,AA'],
  ])('goes out as a data URL from %s', (_from, source, url) =>
    expect(partOf({ type: 'image', ...source })).toEqual({ type: 'image_url', image_url: { url } }),
  );

  it('is refused when its type is unknown, or its source is missing or double', () => {
    expect(refused({ type: 'image', data: 'AAAA' })).toBe(
      '`messages[1].content[0].mimeType` must be given with `data`',
    );
    expect(refused({ type: 'image' })).toBe('`messages[1].content[0]` must have either `url` or `data`');
    expect(refused({ type: 'image', url: 'u', data: 'd' })).toContain('either `url` or `data`');
    expect(refused({ type: 'image', data: 7 })).toBe('`messages[1].content[0].data` must be base64 or bytes');
  });
});

describe('a file', () => {
  it('goes out as data, by its id, and at OpenRouter by its address', () => {
    expect(partOf({ type: 'file', data: 'JVBERi0xLjc=', filename: 'a.pdf' })).toEqual({
      type: 'file',
      file: { file_data: 'data:application/pdf;base64,JVBERi0xLjc=', filename: 'a.pdf' },
    });
    expect(partOf({ type: 'file', fileId: 'file-1' })).toEqual({ type: 'file', file: { file_id: 'file-1' } });
    expect(partOf({ type: 'file', url: 'https://h/a.pdf' })).toEqual({
      type: 'file',
      file: { file_data: 'https://h/a.pdf' },
    });
  });

  it('is refused by its address elsewhere', () =>
    expect(refused({ type: 'file', url: 'https://h/a.pdf' }, openAI)).toContain(
      '`messages[1].content[0].url` cannot be sent',
    ));

  it('is refused without exactly one source', () => {
    expect(refused({ type: 'file' })).toContain('must have one of');
    expect(refused({ type: 'file', fileId: 'a', url: 'b' })).toContain('must have one of');
  });
});

it('sends audio with its format', () => {
  expect(partOf({ type: 'audio', data: 'AAAA', format: 'wav' })).toEqual({
    type: 'input_audio',
    input_audio: { data: 'AAAA', format: 'wav' },
  });
  expect(refused({ type: 'audio', data: 'AAAA' })).toBe('`messages[1].content[0].format` must be a non-empty string');
});

describe('a cache mark', () => {
  const EPHEMERAL = { type: 'ephemeral' };

  it.each<[string, CacheControl, object]>([
    ['true', true, EPHEMERAL],
    ['its name', 'ephemeral', EPHEMERAL],
    ['an object', { type: 'ephemeral' }, EPHEMERAL],
    ['an object with a lifetime', { type: 'ephemeral', ttl: '1h' }, { type: 'ephemeral', ttl: '1h' }],
  ])('may be given as %s', (_form, cacheControl, cache_control) =>
    expect(contentOf([{ type: 'text', text: 'long', cacheControl }])).toEqual([
      { type: 'text', text: 'long', cache_control },
    ]),
  );

  it('stands on images and files, too', () => {
    expect(partOf({ type: 'image', url: 'u', cacheControl: true })).toHaveProperty('cache_control', EPHEMERAL);
    expect(partOf({ type: 'file', fileId: 'f', cacheControl: true })).toHaveProperty('cache_control', EPHEMERAL);
  });

  it('stands on the system prompt, tool results, former answers and tools', () => {
    const marked = [{ type: 'text', text: 't', cacheControl: true }] as const;
    const wire = [{ type: 'text', text: 't', cache_control: EPHEMERAL }];
    const body = bodyOf(openRouter, {
      systemPrompt: marked,
      messages: [
        { role: 'assistant', content: [...marked, { type: 'tool_call', id: 'c', name: 'f' }] },
        { role: 'tool_result', toolCallId: 'c', content: marked },
      ],
      tools: [{ name: 'f', cacheControl: true }],
    });
    expect((body['messages'] as { content: unknown }[]).map(({ content }) => content)).toEqual([wire, wire, wire]);
    expect((body['tools'] as unknown[])[0]).toHaveProperty('cache_control', EPHEMERAL);
  });

  it('is no mark when it is false or null', () =>
    expect(contentOf([{ type: 'text', text: 'hi', cacheControl: untyped(false) }])).toBe('hi'));

  it('is refused when it is something else', () =>
    expect(refused({ type: 'text', text: 'hi', cacheControl: 'forever' })).toContain(
      '`messages[1].content[0].cacheControl` must be',
    ));
});

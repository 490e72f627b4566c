import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskEchoes } from '../../src/errors/maskEchoes.ts';
import { promptTexts } from '../../src/request/promptTexts.ts';

const masked = (text: string, ...others: string[]): string => maskEchoes(text, () => others);

/** What the rule says, run by run. */
const simply = (text: string, others: readonly string[]): string => {
  const hidden = new Set<number>();
  for (let at = 0; at + 16 <= text.length; at++) {
    if (!others.some((other) => other.includes(text.slice(at, at + 16)))) continue;
    for (let unit = at; unit < at + 16; unit++) hidden.add(unit);
  }
  let shown = '';
  for (let at = 0; at < text.length; at++) if (!hidden.has(at)) shown += text.charAt(at);
    else if (!hidden.has(at - 1)) shown += '***';
  return shown;
};

describe('what an endpoint repeats of the request', () => {
  it.each([
    ['invalid: Tell me about my secret illness!', 'invalid: ***!'],
    ['Tell me about my secret illness', '***'],
    ['about my secret', 'about my secret'],
    ['about my secret illness, about my secret ill', '***,***'],
    ['', ''],
  ])('is masked from 16 characters on: %j', (text, shown) => {
    expect(masked(text, 'Hello', 'Tell me about my secret illness')).toBe(shown);
  });

  it('is masked as the rule says, whatever the texts are', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', 'ab', 'abcdefgh', 'ijklmnop', '🙂', '\u0000'), { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, fc.array(texts, { maxLength: 3 }), (text, others) => {
        expect(masked(text, ...others)).toBe(simply(text, others));
      }),
      { numRuns: 2000 },
    );
  });

  it('costs time in proportion to both, also where they are all alike', () => {
    const began = performance.now();
    expect(masked('-'.repeat(16_384), '-'.repeat(4_000_000))).toBe('***');
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('is not looked for where the text is too short', () => {
    expect(maskEchoes('short', () => expect.unreachable())).toBe('short');
  });
});

describe('what the messages of a request say', () => {
  it('is every text in them, as it is and as JSON writes it, and no name or id', () => {
    const body = JSON.stringify({
      model: 'the-model',
      messages: [
        { role: 'system', content: 'a\nb' },
        { role: 'user', name: 'me', content: [{ type: 'text', text: 'c' }, { type: 'image_url', image_url: { url: 'd' } }] },
        { role: 'assistant', tool_calls: [{ id: 'i', type: 'function', function: { name: 'n', arguments: '{"e":1}' } }] },
        { role: 'tool', tool_call_id: 'i', content: 'f' },
      ],
      tools: [{ type: 'function', function: { name: 'n', description: 'z' } }],
    });
    expect(promptTexts(body)).toEqual(['a\nb', 'a\\nb', 'c', 'd', '{"e":1}', '{\\"e\\":1}', 'f']);
  });
});

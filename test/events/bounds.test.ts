import { describe, expect, it } from 'vitest';
import { Seen } from '../../src/events/Seen.ts';
import { looksCumulative } from '../../src/events/looksCumulative.ts';
import { isContent } from 'rx-completions';

describe('the memory of what was seen', () => {
  it('knows a key again, short or long, and tells keys that differ in one character', () => {
    const seen = new Seen();
    const long = 'x'.repeat(100_000);
    for (const key of ['a', '', long, `${long}a`, `a${long}`, `${long.slice(1)}y`]) {
      expect(seen.isNew(key)).toBe(true);
      expect(seen.isNew(key)).toBe(false);
    }
  });

  it('takes up no more keys than its bound; what comes behind it is new each time', () => {
    const seen = new Seen();
    for (let key = 0; key < 4096; key += 1) seen.isNew(`${key}`);
    expect(seen.isNew('beyond')).toBe(true);
    expect(seen.isNew('beyond')).toBe(true);
    expect(seen.isNew('4095')).toBe(false);
  });
});

describe('T-CH-05: cumulative content', () => {
  const told = (deltas: readonly string[]): number => {
    const trail = { lastText: '', growths: 0 };
    return deltas.filter((delta) => looksCumulative(trail, delta)).length;
  };

  it('is told once, at the third growth in a row', () => {
    const said = 'It was a dark and stormy night; the rain fell in torrents'.split(' ');
    expect(told(said.map((_, at) => said.slice(0, at + 1).join(' ')))).toBe(1);
  });

  it('is not told of pieces', () => {
    expect(told('It was a dark and stormy night; the rain fell in torrents'.split(' '))).toBe(0);
  });
});

describe('content', () => {
  it('fault 44: is what carries a piece of the answer, and nothing else', () => {
    const content = ['text_delta', 'reasoning_delta', 'refusal_delta', 'tool_call_delta', 'annotation', 'image', 'audio_delta', 'logprobs'];
    const others = ['start', 'response', 'usage_report', 'finish', 'warning', 'heartbeat', 'raw', 'retry', 'fallback', 'done', 'constructor'];
    expect(content.filter((type) => !isContent({ type }))).toEqual([]);
    expect(others.filter((type) => isContent({ type }))).toEqual([]);
  });
});

import fc from 'fast-check';
import { from, firstValueFrom, toArray } from 'rxjs';
import type { StreamEvent } from 'rx-completions';
import { stripThink, type StripThinkConfig } from 'rx-completions/operators';
import { arbitraries, chunk, script } from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';
import { done, finish, start, text } from '../support/events.ts';
import { callTo, endpointOf, outcomeOf } from './support.ts';

const said = (events: readonly StreamEvent[], type: StreamEvent['type']): string =>
  events.map((event) => (event.type === type && 'delta' in event ? event.delta : '')).join('');

const strip = (pieces: readonly string[], config?: StripThinkConfig): Promise<readonly StreamEvent[]> =>
  firstValueFrom(from([start(), ...pieces.map((piece) => text(piece)), finish(), done()]).pipe(stripThink(config), toArray()), {
    defaultValue: [],
  });

const ANSWER = '<think>First <b>, then\n</think>\n\nThe tag `<think>` opens, `</think>` closes. 1 < 2';

describe('thinking in tags', () => {
  it('fault 96: is told from the answer over a socket, whatever the reads are', async () => {
    for (const rule of ['every', 3] as const) {
      let answer = script();
      if (rule === 'every') answer = answer.split('every');
      for (let at = 0; at < ANSWER.length; at += rule === 'every' ? 7 : rule) {
        answer = answer.data(chunk({ text: ANSWER.slice(at, at + (rule === 'every' ? 7 : rule)) }));
      }
      const endpoint = await endpointOf(answer.data(chunk({ finish: 'stop' })).done());
      const { values } = await outcomeOf(callTo(endpoint).pipe(stripThink()));
      expect(said(values, 'reasoning_delta')).toBe('First <b>, then\n');
      expect(said(values, 'text_delta').trim()).toBe('The tag `<think>` opens, `</think>` closes. 1 < 2');
    }
  });

  it('fault 96: is the same in any pieces: nested, unclosed, only closed, in code, in other words', async () => {
    const { splits } = arbitraries(fc);
    const odd = fc.constantFrom(
      ANSWER,
      '<think>a<think>b</think>c</think>d',
      '<think>never closed',
      'inside</think>outside',
      '```html\n<think>code</think>\n```',
      '<thinking>a</thinking>b',
      '<think></think>',
      '<think>a</think><think>b</think>c',
      '<thi',
    );
    const configs = fc.constantFrom<StripThinkConfig>({}, { position: 'anywhere' }, { startsInside: true });
    await fc.assert(
      fc.asyncProperty(odd.chain((whole) => fc.tuple(fc.constant(whole), splits(whole))), configs, async ([whole, pieces], config) => {
        const [cut, uncut] = await Promise.all([strip(pieces, config), strip([whole], config)]);
        for (const type of ['text_delta', 'reasoning_delta'] as const) expect(said(cut, type)).toBe(said(uncut, type));
      }),
      { numRuns: 500 },
    );
    expect(said(await strip(['a', '</thi'], { onOrphanClose: 'strip' }), 'text_delta')).toBe('a</thi');
    expect(said(await strip(['<think>never closed</', 't']), 'reasoning_delta')).toBe('never closed</t');
  });

  it('T-TH-05: costs time in proportion to the text, however small the pieces', async () => {
    const timeOf = async (length: number): Promise<number> => {
      const pieces = `<think>${'a < b <'.repeat(length)}</think>${'<thin'.repeat(length)}`.match(/./g) ?? [];
      const times: number[] = [];
      for (let run = 0; run < 3; run++) {
        const began = performance.now();
        await strip(pieces, { position: 'anywhere' });
        times.push(performance.now() - began);
      }
      return Math.min(...times);
    };
    await timeOf(2_000);
    // Eight times the text: 64 times the time if every piece looked at all that went before.
    expect(await timeOf(32_000)).toBeLessThan(24 * (await timeOf(4_000)));
  });
});

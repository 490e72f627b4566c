import fc from 'fast-check';
import { from, of, type Observable } from 'rxjs';
import { defineTool, type StreamEvent } from 'rx-completions';
import { accumulateMessage, assembleToolCalls, collectMessage, stripThink, type AnswerMessage } from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';
import { readResponse } from '../support/readResponse.ts';

type Config = Parameters<typeof accumulateMessage>[0];

const read = (events: Iterable<StreamEvent>, config?: Config): AnswerMessage[] => {
  const messages: AnswerMessage[] = [];
  from(events).pipe(accumulateMessage(config)).subscribe((message) => messages.push(message));
  return messages;
};

const collected = (events: Iterable<StreamEvent>, config?: Config): AnswerMessage | undefined => {
  let message: AnswerMessage | undefined;
  from(events).pipe(collectMessage(config)).subscribe((whole) => (message = whole));
  return message;
};

/** Each message in short: the words of its parts, and how it ended. */
const short = ({ content, finishReason }: AnswerMessage): string =>
  [...content.map((part) => ('text' in part ? part.text : part.type === 'tool_call' ? `${part.name}${part.args}` : part.type)), finishReason ?? ''].join('|');

describe('accumulateMessage: the operator contract', () => {
  for (const law of operatorContract(() => accumulateMessage())) it(law.name, law.run);
});

describe('accumulateMessage', () => {
  it('emits the message so far at each change, and the input of a call once the answer has ended', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-t-u-c-f-n-d-|', {
        s: start(),
        t: text('Hel'),
        u: text('lo'),
        c: toolDelta({ index: 0, id: 'c0', name: 'f' }, '{}'),
        f: finish('tool_calls'),
        n: usageReport({ prompt_tokens: 1 }),
        d: done('tool_calls'),
      });
      const subscription = '^-------------!';
      const expected = '    --a-b-c-d-e-f-|';
      const hello = { type: 'text', text: 'Hello' } as const;
      const call = { type: 'tool_call', choice: 0, index: 0, id: 'c0', callId: 'c0', name: 'f', args: '{}' } as const;
      const open = { ...call, inputError: { message: 'the call is not whole yet' }, complete: false } as const;
      const ending = { finishReason: 'tool_calls', rawReason: 'tool_calls' };
      const usage = { input: 1, source: 'reported', raw: { prompt_tokens: 1 } };
      expectObservable(source.pipe(accumulateMessage())).toBe(expected, {
        a: { role: 'assistant', content: [{ type: 'text', text: 'Hel' }] },
        b: { role: 'assistant', content: [hello] },
        c: { role: 'assistant', content: [hello, open] },
        d: { role: 'assistant', content: [hello, open], ...ending },
        e: { role: 'assistant', content: [hello, open], ...ending, usage },
        f: { role: 'assistant', content: [hello, { ...call, input: {}, complete: true }], ...ending, usage },
      });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('clears what it has shown when a start voids it, and emits nothing for a start with nothing to clear', () => {
    expect(read([start(), text('half'), start(2), start(3), text('whole'), finish(), done()]).map(short)).toEqual(['half|', '', 'whole|', 'whole|stop']);
  });

  it('passes an error on after what it has shown', () =>
    marbles(({ hot, expectObservable }) => {
      const source = hot('  s-t-#', { s: start(), t: text('half') });
      const expected = '    --a-#';
      expectObservable(source.pipe(accumulateMessage())).toBe(expected, { a: { role: 'assistant', content: [{ type: 'text', text: 'half' }] } });
    }));

  it('emits nothing for what changes nothing: the other choice, an empty piece, what is no part', () => {
    const noise: StreamEvent[] = [text('b', 1), text(''), { type: 'heartbeat' }, { type: 'warning', code: 'w', message: 'w' }, finish('stop', 1)];
    expect(read([start(), text('a'), ...noise, finish(), done()]).map(short)).toEqual(['a|', 'a|stop']);
    expect(read([start(), text('a'), ...noise, finish()], { choice: 1 }).map(short)).toEqual(['b|', 'b|stop']);
  });

  it('shares every part that is the same with the message before, and changes none it has given', () => {
    const events = [reasoning('h'), reasoning('m'), text('A'), toolDelta({ index: 0, id: 'c', name: 'f' }, '{"a"'), toolDelta({ index: 0 }, ':1}'), text('B')];
    const given: AnswerMessage[] = [];
    const copies: AnswerMessage[] = [];
    from([start(), ...events, finish(), done()]).pipe(accumulateMessage()).subscribe((message) => {
      given.push(message);
      copies.push(structuredClone(message));
    });
    expect(given).toEqual(copies);
    given.slice(1).forEach((message, at) => {
      const before = given[at]!;
      const changed = message.content.filter((part, index) => part !== before.content[index]);
      expect(message).not.toBe(before);
      expect(changed.length).toBeLessThanOrEqual(1);
    });
  });

  it('gives what is known of the details of reasoning at each change', () => {
    const piece = (words: string, more: object = {}): StreamEvent => ({
      type: 'reasoning_delta',
      choice: 0,
      delta: words,
      details: [{ type: 'reasoning.text', text: words, index: 0, ...more }],
    });
    const details = read([piece('a'), piece('b'), piece('', { signature: 's' })]).map(({ content: [part] }) => (part as { details: unknown }).details);
    expect(details).toEqual([
      [{ type: 'reasoning.text', text: 'a', index: 0 }],
      [{ type: 'reasoning.text', text: 'ab', index: 0 }],
      [{ type: 'reasoning.text', text: 'ab', index: 0, signature: 's' }],
    ]);
  });

  it('gives the last word to a source that completes without done', () => {
    expect(read([text('a'), toolDelta({ index: 0 })]).map(short)).toEqual(['a|', 'a||', 'a|']);
    expect(read([text('a')]).map(short)).toEqual(['a|']);
  });

  it('takes calls that assembleToolCalls has checked', () => {
    const weather = defineTool({ name: 'weather', parameters: z.object({ days: z.number().default(1) }) });
    const messages: AnswerMessage[] = [];
    of(toolDelta({ index: 0, id: 'c0', name: 'weather' }, '{}'), finish('tool_calls'), done('tool_calls'))
      .pipe(assembleToolCalls({ tools: [weather], partial: true }), accumulateMessage())
      .subscribe((message) => messages.push(message));
    expect(messages.at(-1)?.content).toMatchObject([{ input: { days: 1 } }]);
  });
});

describe('accumulateMessage: laws', () => {
  const { answers, cuts } = arbitraries(fc);

  it('the last message is the collected one, whatever came before it', () =>
    fc.assert(
      fc.property(answers().chain(({ bytes }) => cuts(bytes)), fc.nat(2), fc.boolean(), fc.boolean(), (pieces, choice, ends, restarts) => {
        const { events } = readResponse(pieces);
        const told = [...(restarts ? [start(), text('void', choice)] : []), ...(ends ? events : events.slice(0, -2))];
        expect(read(told, { choice }).at(-1)).toEqual(collected(told, { choice }) ?? (restarts ? { role: 'assistant', content: [] } : undefined));
      }),
      { numRuns: 500 },
    ));

  it('is linear: long texts and arguments, and 100,000 parts, of which the last message has them all', () => {
    const last = (events: Iterable<StreamEvent>): readonly [count: number, message: AnswerMessage | undefined] => {
      let count = 0;
      let message: AnswerMessage | undefined;
      from(events).pipe(accumulateMessage()).subscribe((next) => {
        count += 1;
        message = next;
      });
      return [count, message];
    };
    const words = Array.from({ length: 100_000 }, () => text('a'));
    const args = Array.from({ length: 100_000 }, () => toolDelta({ index: 0 }, ' '));
    expect(last([...words, ...args])[0]).toBe(200_001);
    const turns = Array.from({ length: 50_000 }, () => [text('a'), reasoning('b')]).flat();
    for (const events of [turns, [...turns, done()]]) expect(last(events)[1]?.content).toHaveLength(100_000);
  });
});

describe('accumulateMessage: config and types', () => {
  it('refuses what it does not know', () => {
    // @ts-expect-error: no such option
    expect(() => accumulateMessage({ tool: [] })).toThrow('did you mean `tools`?');
  });

  it('infers in a pipe', () => {
    const events: Observable<StreamEvent> = of(text('a'));
    expectTypeOf(events.pipe(accumulateMessage())).toEqualTypeOf<Observable<AnswerMessage>>();
    expectTypeOf(events.pipe(stripThink(), accumulateMessage({ choice: 1 }))).toEqualTypeOf<Observable<AnswerMessage>>();
    // @ts-expect-error: what has no type is no event
    void of(1).pipe(accumulateMessage());
  });
});

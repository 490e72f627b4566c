import fc from 'fast-check';
import { concat, from, lastValueFrom, NEVER, of, Subject, takeUntil, throwError, type Observable } from 'rxjs';
import { CompletionError, defineTool, type AssistantMessage, type Message, type StreamEvent } from 'rx-completions';
import {
  assembleToolCalls,
  collectMessage,
  normalizeUsage,
  stripThink,
  type AnswerMessage,
  type AnswerPart,
} from 'rx-completions/operators';
import { arbitraries, operatorContract } from 'rx-completions/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { compatAt, openRouter, wireOf } from '../request/support.ts';
import { done, finish, reasoning, start, text, toolDelta, usageReport } from '../support/events.ts';
import { marbles } from '../support/marbles.ts';
import { frames, readResponse } from '../support/readResponse.ts';

type Config = Parameters<typeof collectMessage>[0];

const collectAll = (events: readonly StreamEvent[], config?: Config): AnswerMessage[] => {
  const messages: AnswerMessage[] = [];
  from(events).pipe(collectMessage(config)).subscribe((message) => messages.push(message));
  return messages;
};

const collect = (events: readonly StreamEvent[], config?: Config): AnswerMessage => {
  const messages = collectAll(events, config);
  expect(messages).toHaveLength(1);
  return messages[0]!;
};

/** The message of a whole answer with this content. */
const said = (...content: readonly StreamEvent[]): AnswerMessage => collect([start(), ...content, finish(), done()]);

const failing = (error: Error, ...events: readonly StreamEvent[]): CompletionError => {
  let seen: unknown;
  const emitted: unknown[] = [];
  concat(of(...events), throwError(() => error))
    .pipe(collectMessage())
    .subscribe({ next: (message) => emitted.push(message), error: (reason: unknown) => (seen = reason) });
  expect(emitted).toEqual([]);
  return seen as CompletionError;
};

const thought = (delta: string, ...details: readonly unknown[]): StreamEvent => ({ type: 'reasoning_delta', choice: 0, delta, details });

const callEvents = [toolDelta({ index: 0, id: 'c0', name: 'weather' }), toolDelta({ index: 0 }, '{"city":'), toolDelta({ index: 0 }, '"Bern"}')];

describe('collectMessage: the operator contract', () => {
  for (const law of operatorContract(() => collectMessage())) it(law.name, law.run);
});

describe('collectMessage: when', () => {
  it('emits once, at done', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  s-t-u-f-d-|', { s: start(), t: text('Hel'), u: text('lo'), f: finish(), d: done() });
      const subscription = '^---------!';
      const expected = '    --------M-|';
      const message = { role: 'assistant', content: [{ type: 'text', text: 'Hello' }], finishReason: 'stop', rawReason: 'stop' };
      expectObservable(source.pipe(collectMessage())).toBe(expected, { M: message });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }));

  it('emits nothing on error, and attaches what came', () => {
    const sent = new CompletionError('connection_lost', { committed: true });
    const error = failing(sent, start(), { type: 'response', id: 'r1', model: 'm' }, reasoning('hm'), text('Hel'), ...callEvents);
    expect(error).toMatchObject({ code: 'connection_lost', committed: true, stack: sent.stack });
    expect(error.partial).toEqual({
      role: 'assistant',
      id: 'r1',
      model: 'm',
      content: [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'Hel' },
        expect.objectContaining({ type: 'tool_call', id: 'c0', args: '{"city":"Bern"}', complete: false, inputError: { message: 'the answer ended before the call was whole' } }),
      ],
    });
    expect((error.partial as AnswerMessage).content[2]).not.toHaveProperty('input');
  });

  it('attaches nothing where nothing was said, or what was said is void', () => {
    const sent = new CompletionError('connection_lost');
    expect(failing(sent, start(), usageReport({ prompt_tokens: 1 }))).toBe(sent);
    expect(failing(sent, start(), text('a'), start(2))).toBe(sent);
    const notice = { code: 'connect', message: 'm', phase: 'connect', retryable: true, committed: false } as const;
    expect(failing(sent, start(), text('a'), { type: 'fallback', attempt: 2, error: notice, discarded: true })).toBe(sent);
    expect(failing(sent, start(), text('a'), { type: 'fallback', attempt: 2, error: notice, discarded: false })).toHaveProperty('partial');
  });

  it('leaves what another has attached, and errors that are not ours', () => {
    const told = new CompletionError('connection_lost', { partial: 'more' });
    expect(failing(told, start(), text('a'))).toBe(told);
    const strange = new TypeError('strange');
    expect(failing(strange, start(), text('a'))).toBe(strange);
  });

  it('gives what came when a source completes without done, and does not call it finished', () => {
    const stop = new Subject<void>();
    const messages: AnswerMessage[] = [];
    concat(of(start(), text('Hel'), ...callEvents), NEVER)
      // eslint-disable-next-line rxjs-x/no-unsafe-takeuntil -- the message is wanted of what came until then
      .pipe(takeUntil(stop), collectMessage())
      .subscribe((message) => messages.push(message));
    expect(messages).toEqual([]);
    stop.next();
    expect(messages).toEqual([
      { role: 'assistant', content: [{ type: 'text', text: 'Hel' }, expect.objectContaining({ name: 'weather', complete: false })] },
    ]);
  });

  it('gives nothing where nothing was said', () => {
    expect(collectAll([])).toEqual([]);
    expect(collectAll([start()])).toEqual([]);
    expect(collectAll([start(), text('a'), finish(), done()], { choice: 1 })).toEqual([]);
  });

  it('gives an answer without content that has finished', () => {
    expect(said()).toEqual({ role: 'assistant', content: [], finishReason: 'stop', rawReason: 'stop' });
  });

  it('counts the last attempt only', () => {
    const message = collect([
      ...[start(), { type: 'response', id: 'r1' } as const, thought('hm', { a: 1 }), text('half'), ...callEvents],
      ...[usageReport({ prompt_tokens: 5 }), finish('length')],
      ...[start(2), text('whole'), finish(), done('stop', 2)],
    ]);
    expect(message).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'whole' }], finishReason: 'stop', rawReason: 'stop' });
  });

  it('gives a message for each of several answers', () => {
    const answer = (words: string): StreamEvent[] => [start(), text(words), finish(), done()];
    for (const second of [answer('b'), answer('b').slice(0, 2)])
      expect(collectAll([...answer('a'), ...second]).map(({ content }) => content)).toEqual([
        [{ type: 'text', text: 'a' }],
        [{ type: 'text', text: 'b' }],
      ]);
  });
});

describe('collectMessage: what', () => {
  it('says who answered, how it ended and what it used', () => {
    const message = collect([
      start(),
      { type: 'response', id: 'r1', model: 'm', created: 17, servedBy: 'Chutes' },
      text('Hi'),
      usageReport({ prompt_tokens: 9, completion_tokens: 1 }),
      finish('length'),
      usageReport({ prompt_tokens: 9, completion_tokens: 2 }),
      done('length'),
    ]);
    expect(message).toMatchObject({ id: 'r1', model: 'm', created: 17, servedBy: 'Chutes', finishReason: 'length', rawReason: 'length' });
    expect(message.usage).toMatchObject({ input: 9, output: 2, total: 11, source: 'reported' });
    expect(message.usage).not.toHaveProperty('type');
  });

  it('reads the choice it is told and no other; its end is its own', () => {
    const events = [start(), text('a'), text('b', 1), toolDelta({ index: 0, id: 'c', name: 'f' }, '{}', 1), finish('length', 0), finish('tool_calls', 1), done('length')];
    expect(collect(events)).toMatchObject({ content: [{ type: 'text', text: 'a' }], finishReason: 'length' });
    expect(collect(events, { choice: 1 })).toMatchObject({
      content: [{ type: 'text', text: 'b' }, { type: 'tool_call', choice: 1, id: 'c', input: {}, complete: true }],
      finishReason: 'tool_calls',
    });
  });

  it('takes the reason of done where no choice says how it ended, and invents none for one of several', () => {
    expect(collect([text('a'), done('length')])).toMatchObject({ finishReason: 'length' });
    expect(collect([text('a'), text('b', 1), finish('stop', 0), done('stop')], { choice: 1 })).not.toHaveProperty('finishReason');
  });

  it('keeps the order in which the parts began; interleaved calls stay whole', () => {
    const parts = said(
      reasoning('h'),
      reasoning('m'),
      text('A'),
      toolDelta({ index: 0, id: 'c0', name: 'f' }, '{"a":'),
      toolDelta({ index: 1, id: 'c1', name: 'g' }, '{"b":'),
      toolDelta({ index: 0 }, '1}'),
      text('B'),
      toolDelta({ index: 1 }, '2}'),
      text('C'),
      { type: 'refusal_delta', choice: 0, delta: 'no' },
    ).content;
    expect(parts.map((part) => ('text' in part ? [part.type, part.text] : part.type === 'tool_call' ? [part.name, part.input] : part))).toEqual([
      ['reasoning', 'hm'],
      ['text', 'A'],
      ['f', { a: 1 }],
      ['g', { b: 2 }],
      ['text', 'BC'],
      ['refusal', 'no'],
    ]);
  });

  it('joins text around citations and sounds, and not around an image', () => {
    const { content } = said(
      text('a'),
      { type: 'annotation', choice: 0, url: 'https://h', title: 'H', raw: { url: 'https://h' } },
      text('b'),
      { type: 'audio_delta', choice: 0, id: 'au', delta: 'QUI=', transcript: 'he' },
      text('c'),
      { type: 'audio_delta', choice: 0, delta: 'Qw==', transcript: 'y', expiresAt: 9 },
      { type: 'image', choice: 0, index: 0, url: 'data:image/png;base64,AA' },
      text('d'),
    );
    expect(content).toEqual([
      { type: 'text', text: 'abc' },
      { type: 'annotation', url: 'https://h', title: 'H', raw: { url: 'https://h' } },
      { type: 'audio', id: 'au', data: 'QUJD', transcript: 'hey', expiresAt: 9 },
      { type: 'image', url: 'data:image/png;base64,AA' },
      { type: 'text', text: 'd' },
    ]);
  });

  it('makes two parts of two sounds, and keeps what is no base64', () => {
    const sound = (id: string | undefined, delta: string): StreamEvent => ({ type: 'audio_delta', choice: 0, ...(id && { id }), delta });
    expect(said(sound('a', 'QUJD'), sound(undefined, 'Q'), sound('b', 'QUI='), sound('b', '!'), sound('b', 'QUJD')).content).toEqual([
      { type: 'audio', id: 'a', data: 'QUJDQ' },
      { type: 'audio', id: 'b', data: 'QUI=!QUJD' },
    ]);
  });

  it('begins no part with an empty piece', () => {
    expect(said({ type: 'audio_delta', choice: 0, delta: '' }, text(''), reasoning(''), { type: 'refusal_delta', choice: 0, delta: '' }, toolDelta({ index: 0 })).content).toEqual([]);
  });
});

describe('collectMessage: tool calls', () => {
  const weather = defineTool({ name: 'weather', parameters: z.object({ city: z.string(), days: z.number().default(1) }) });
  const events = [start(), text('One moment'), ...callEvents, finish('tool_calls'), done('tool_calls')];

  it('are checked by the schemas of the tools', () => {
    const [, call] = collect(events, { tools: [weather] }).content;
    expect(call).toMatchObject({ type: 'tool_call', id: 'c0', callId: 'c0', input: { city: 'Bern', days: 1 }, complete: true });
    expect(collect(events, { tools: [] }).content[1]).toMatchObject({ inputError: { message: 'no tool of this name was offered' } });
  });

  it('T-TC-13: are not complete in an answer that was cut', () => {
    const [call] = collect([start(), ...callEvents.slice(0, 2), finish('length'), done('length')]).content;
    expect(call).toMatchObject({ args: '{"city":', complete: false });
    expect(call).not.toHaveProperty('input');
  });

  it('T-TC-21: keep the fields outside the standard, and go back with them', () => {
    const extra = { extra_content: { google: { thought_signature: 'sig' } } };
    const message = said({ type: 'tool_call_delta', choice: 0, id: 'c0', name: 'f', delta: '{}', extra });
    expect(wireOf(message)).toMatchObject({ tool_calls: [{ id: 'c0', type: 'function', function: { name: 'f', arguments: '{}' }, ...extra }] });
  });

  it('T-TC-09, T-TC-10: go back under the id as given, or the stand-in where there is none', () => {
    const message = said(toolDelta({ index: 0, id: 'call_0', name: 'f' }), toolDelta({ index: 1, name: 'g' }, 'null'), toolDelta({ index: 2, id: 'call_0', name: 'h' }, '{}'));
    expect(wireOf(message)).toMatchObject({
      content: null,
      tool_calls: [
        { id: 'call_0', function: { name: 'f', arguments: '{}' } },
        { id: 'call_0_1', function: { name: 'g', arguments: '{}' } },
        { id: 'call_0', function: { name: 'h', arguments: '{}' } },
      ],
    });
  });

  it('count once behind assembleToolCalls, normalizeUsage and stripThink, whose word stands', () => {
    const source = [start(), text('<think>hm</think>Yes'), ...callEvents, text('.'), finish('tool_calls'), usageReport({ prompt_tokens: 3 }), done('tool_calls')];
    const messages: AnswerMessage[] = [];
    of(...source)
      .pipe(stripThink(), normalizeUsage({ priceOf: () => 7 }), assembleToolCalls({ tools: [weather], partial: true }), collectMessage())
      .subscribe((message) => messages.push(message));
    expect(messages).toMatchObject([
      {
        content: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'Yes' },
          { type: 'tool_call', id: 'c0', input: { city: 'Bern', days: 1 } },
          { type: 'text', text: '.' },
        ],
        usage: { input: 3, cost: { total: 7 } },
      },
    ]);
    expect(messages[0]?.content).toHaveLength(4);
  });

  it('are there where only whole calls come', () => {
    const messages: AnswerMessage[] = [];
    const call: AnswerPart = { type: 'tool_call', choice: 0, index: 0, callId: 'x', name: 'f', args: '{}', input: {}, complete: true };
    of(text('a'), call, text('b'), done()).pipe(collectMessage()).subscribe((message) => messages.push(message));
    expect(messages[0]?.content).toEqual([{ type: 'text', text: 'a' }, call, { type: 'text', text: 'b' }]);
  });

  it('are no calls where nothing ever came for them', () => {
    expect(collect([start(), text('a'), toolDelta({ index: 0 }), text('b'), finish(), done()]).content).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
  });
});

describe('collectMessage: T-TH-10: reasoning details', () => {
  const detailsOf = (...events: readonly StreamEvent[]): readonly unknown[] =>
    said(...events).content.map((part) => (part.type === 'reasoning' ? part.details : part.type));
  const piece = (words: string, more: object = {}): unknown => ({ type: 'reasoning.text', text: words, index: 0, ...more });

  it('are joined by type and index, with the first value of every other field that says something', () => {
    expect(
      detailsOf(
        thought('Let ', piece('Let ', { signature: '', format: null })),
        thought('me', piece('me', { format: 'anthropic-claude-v1' })),
        thought('', piece('', { signature: 'sig', format: 'other' })),
      ),
    ).toEqual([[{ type: 'reasoning.text', text: 'Let me', index: 0, signature: 'sig', format: 'anthropic-claude-v1' }]]);
  });

  it('stay apart where type, index or id differ, however they come in turns', () => {
    const summary = { type: 'reasoning.summary', summary: 's', index: 0 };
    expect(detailsOf(thought('a', piece('a'), summary), thought('b', piece('b', { index: 1 }), summary), thought('c', piece('c')))).toEqual([
      [piece('ac'), { ...summary, summary: 'ss' }, piece('b', { index: 1 })],
    ]);
    expect(detailsOf(thought('a', piece('a', { id: 'x' })), thought('b', piece('b', { id: 'y' })))).toEqual([
      [piece('a', { id: 'x' }), piece('b', { id: 'y' })],
    ]);
  });

  it('begin anew with words behind a signature, or with another signature', () => {
    expect(detailsOf(thought('a', piece('a', { signature: 's' })), thought('b', piece('b')))).toEqual([[piece('a', { signature: 's' }), piece('b')]]);
    expect(detailsOf(thought('a', piece('a', { signature: 's' })), thought('', piece('', { signature: 't' })))).toEqual([
      [piece('a', { signature: 's' }), piece('', { signature: 't' })],
    ]);
    expect(detailsOf(thought('a', piece('a', { signature: 's' })), thought('', piece('', { signature: 's' })))).toEqual([[piece('a', { signature: 's' })]]);
  });

  it('stay verbatim where they are no pieces: encrypted blocks, what is not known', () => {
    const block = { type: 'reasoning.encrypted', data: 'xyz', index: 0 };
    const signed = { ...block, signature: 'sig' };
    expect(detailsOf(thought('', block), thought('', block, signed), thought('', signed, 'odd', null, { type: 'new' }))).toEqual([
      [block, block, signed, signed, 'odd', null, { type: 'new' }],
    ]);
  });

  it('without an index are joined only next to each other', () => {
    const loose = (words: string): unknown => ({ type: 'reasoning.text', text: words });
    const block = { type: 'reasoning.encrypted', data: 'xyz' };
    expect(detailsOf(thought('a', loose('a')), thought('b', loose('b'), block), thought('c', loose('c')))).toEqual([[loose('ab'), block, loose('c')]]);
  });

  it('keep an empty list', () => {
    expect(detailsOf(thought('hm'))).toEqual([[]]);
    expect(detailsOf(reasoning('hm'))).toEqual([undefined]);
  });

  it('T-TC-21: that come after the text belong to what was thought, and leave the text whole', () => {
    expect(said(thought('hm', piece('hm')), text('Hel'), thought('', piece('', { signature: 'sig' })), text('lo')).content).toEqual([
      { type: 'reasoning', text: 'hm', details: [piece('hm', { signature: 'sig' })] },
      { type: 'text', text: 'Hello' },
    ]);
  });

  it('do not change events, nor a prototype', () => {
    const first = thought('a', JSON.parse('{"type":"reasoning.text","text":"a","index":0,"__proto__":{"evil":1}}'));
    const before = structuredClone(first);
    const [part] = said(first, thought('b', piece('b'))).content;
    expect(first).toEqual(before);
    expect((part as { details: readonly object[] }).details[0]).not.toHaveProperty('evil');
  });
});

describe('collectMessage: the next turn', () => {
  const details = [{ type: 'reasoning.text', text: 'hm', index: 0, signature: 'sig' }];
  const message = said(thought('hm', details[0]), text('Yes'));

  it('T-TH-10: takes reasoning and its details back to OpenRouter verbatim', () => {
    expect(wireOf(message)).toEqual({ role: 'assistant', content: 'Yes', reasoning: 'hm', reasoning_details: details });
  });

  it('T-TH-11: takes it back as reasoning_content where the endpoint wants that, and nowhere else', () => {
    expect(wireOf(message, compatAt('https://api.deepseek.com/v1'))).toEqual({ role: 'assistant', content: 'Yes', reasoning_content: 'hm' });
    expect(wireOf(message, compatAt('http://localhost:8000/v1'))).toEqual({ role: 'assistant', content: 'Yes' });
  });

  it('fits the messages of a call, in types too', () => {
    const messages: Message[] = [{ role: 'user', content: 'Hi' }];
    messages.push(message);
    expectTypeOf<AnswerMessage>().toExtend<AssistantMessage>();
  });
});

describe('collectMessage: laws', () => {
  const { answers, cuts } = arbitraries(fc);
  const partsIn = (message: AnswerMessage | undefined) => {
    const content = message?.content ?? [];
    const wordsOf = (type: 'text' | 'reasoning' | 'refusal'): string => content.map((part) => (part.type === type ? part.text : '')).join('');
    return {
      text: wordsOf('text'),
      reasoning: wordsOf('reasoning'),
      refusal: wordsOf('refusal'),
      details: content.flatMap((part) => (part.type === 'reasoning' ? (part.details ?? []) : [])),
      calls: content.flatMap((part) => (part.type === 'tool_call' ? [{ id: part.id, name: part.name, args: part.args, extra: part.extra }] : [])),
      images: content.flatMap((part) => (part.type === 'image' ? [part.url] : [])),
      annotations: content.flatMap((part) => (part.type === 'annotation' ? [part.raw] : [])),
    };
  };

  it('conservation: the message says what the answer says, however its bytes are cut', () =>
    fc.assert(
      fc.property(answers().chain((answer) => cuts(answer.bytes).map((pieces) => ({ answer, pieces }))), fc.nat(2), ({ answer, pieces }, choice) => {
        const { text: words, reasoning: thoughts, finish: reasons, toolCalls } = answer.expected;
        const [message] = collectAll(readResponse(pieces).events, { choice });
        expect(message === undefined).toBe(words[choice] === undefined);
        if (message === undefined) return;
        const found = partsIn(message);
        expect(found).toMatchObject({ text: words[choice], reasoning: thoughts[choice] });
        expect(message.finishReason).toBe(reasons[choice]);
        const byId = (calls: readonly { id?: string | undefined; name: string; args: string }[]) => new Map(calls.map(({ id, name, args }) => [id, { name, args }]));
        expect(byId(found.calls)).toEqual(byId(toolCalls.filter((call) => call.choice === choice)));
      }),
      { numRuns: 500 },
    ));

  const detail = fc.oneof(
    fc.record({ type: fc.constant('reasoning.text'), text: fc.string({ maxLength: 3 }), index: fc.nat(2), signature: fc.constantFrom('', 's', 't') }, { requiredKeys: ['type'] }),
    fc.record({ type: fc.constant('reasoning.summary'), summary: fc.string({ maxLength: 3 }), index: fc.nat(1), id: fc.constantFrom('a', 'b') }, { requiredKeys: ['type', 'summary'] }),
    fc.record({ type: fc.constant('reasoning.encrypted'), data: fc.string(), index: fc.nat(1) }),
  );
  const content = fc.oneof(
    fc.string({ maxLength: 4 }).map((delta) => text(delta)),
    fc.string({ maxLength: 4 }).map((delta) => reasoning(delta)),
    fc.record({ delta: fc.string({ maxLength: 3 }), details: fc.array(detail, { minLength: 1, maxLength: 3 }) }).map(({ delta, details }) => thought(delta, ...details)),
    fc.string({ maxLength: 3 }).map((delta): StreamEvent => ({ type: 'refusal_delta', choice: 0, delta })),
    fc.nat(3).map((index): StreamEvent => ({ type: 'tool_call_delta', choice: 0, index, id: `c${index}`, name: `f${index}`, delta: '', extra: { extra_content: { index } } })),
    fc.nat(9).map((at): StreamEvent => ({ type: 'image', choice: 0, url: `data:image/png;base64,${at}` })),
    fc.nat(9).map((at): StreamEvent => ({ type: 'annotation', choice: 0, url: `https://h/${at}`, raw: { url: `https://h/${at}` } })),
  );

  it('round trip: what goes back and is answered again is the same message', () =>
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 16 }), (events) => {
        const message = said(...events);
        const wire = wireOf(message, openRouter);
        const body = { choices: [{ index: 0, message: wire ?? { content: '' }, finish_reason: 'stop' }] };
        const again = readResponse([Buffer.from(JSON.stringify(body))], { headers: { 'content-type': 'application/json' } });
        const expected = partsIn(message);
        const unique = (urls: readonly string[]): string[] => [...new Set(urls)];
        const { images, annotations, reasoning: thoughts, ...found } = partsIn(collectAll(again.events)[0]);
        expect(found).toEqual({ text: expected.text, refusal: expected.refusal, details: expected.details, calls: expected.calls });
        // Where no field says the words, the details do.
        if (expected.reasoning !== '') expect(thoughts).toBe(expected.reasoning);
        // An endpoint that repeats an image or a citation means the same one.
        expect(images).toEqual(unique(expected.images));
        expect(annotations.map((raw) => JSON.stringify(raw))).toEqual(unique(expected.annotations.map((raw) => JSON.stringify(raw))));
      }),
      { numRuns: 1000 },
    ));

  it('round trip over a stream: the pieces it came in do not matter', () =>
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 12 }), fc.array(content, { maxLength: 4 }), (events, before) => {
        expect(collect([start(), ...before, start(2), ...events, finish(), done('stop', 2)])).toEqual(said(...events));
      }),
      { numRuns: 500 },
    ));

  it('is linear: 200,000 pieces that take turns, and 200,000 details', () => {
    const turns = Array.from({ length: 100_000 }, () => [text('a'), reasoning('b')]).flat();
    expect(collect([...turns, done()]).content).toHaveLength(200_000);
    const details = Array.from({ length: 200_000 }, (_, index) => thought('', { type: 'reasoning.text', text: 'x', index: index % 1000 }));
    expect(collect([...details, done()]).content).toHaveLength(1);
  });

  it('survives JSON', async () => {
    const bytes = frames({ choices: [{ index: 0, delta: { content: 'Hi', reasoning: 'hm' } }] }, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, '[DONE]');
    const message = await lastValueFrom(of(...readResponse([bytes]).events).pipe(collectMessage()), { defaultValue: undefined });
    expect(JSON.parse(JSON.stringify(message))).toEqual(message);
    expect(structuredClone(message)).toEqual(message);
  });
});

describe('collectMessage: config and types', () => {
  it('refuses what it does not know', () => {
    // @ts-expect-error: no such option
    expect(() => collectMessage({ choices: 1 })).toThrow('did you mean `choice`?');
  });

  it('infers in a pipe, typed by the tools', () => {
    const events: Observable<StreamEvent> = of(text('a'));
    expectTypeOf(events.pipe(collectMessage())).toEqualTypeOf<Observable<AnswerMessage>>();
    expectTypeOf(events.pipe(stripThink(), normalizeUsage(), collectMessage())).toEqualTypeOf<Observable<AnswerMessage>>();
    const weather = defineTool({ name: 'weather', parameters: z.object({ city: z.string() }) });
    events.pipe(collectMessage({ tools: [weather] })).subscribe(({ content }) => {
      for (const part of content)
        if (part.type === 'tool_call' && part.inputError === undefined) expectTypeOf(part.input).toEqualTypeOf<{ city: string }>();
    });
    // @ts-expect-error: what has no type is no event
    void of(1).pipe(collectMessage());
  });
});

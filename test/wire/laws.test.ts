import fc from 'fast-check';
import type { StreamEvent } from 'rx-completions';
import { arbitraries, streamOf, type ArbitraryAnswer, type ExpectedAnswer, type JsonObject } from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';
import { createToolCallLedger } from '../../src/events/createToolCallLedger.ts';
import { frames, readResponse, textIn, type Reading } from '../support/readResponse.ts';
import { isDone } from './chunks.ts';

const { answers, cuts, withNoise } = arbitraries(fc);
const runs = { numRuns: 1000 };
const small = { maxChoices: 2, maxToolCalls: 2 };

/** Reads an answer as one that asked for as many choices as came. */
const readAnswer = (bytes: Uint8Array, { expected }: ArbitraryAnswer): Reading => readPieces([bytes], expected.text.length);

const readPieces = (pieces: readonly Uint8Array[], choices = 1): Reading => readResponse(pieces, { answer: { choices } });

const concat = (events: readonly StreamEvent[], type: StreamEvent['type'], choice: number): string =>
  events.map((event) => (event.type === type && 'delta' in event && event.choice === choice ? event.delta : '')).join('');

const figuresOf = ({ events, error }: Reading): ExpectedAnswer & { readonly error: unknown } => {
  const finishes = events.filter((event) => event.type === 'finish');
  return {
    error,
    text: finishes.map(({ choice }) => textIn(events, choice)),
    reasoning: finishes.map(({ choice }) => concat(events, 'reasoning_delta', choice)),
    finish: finishes.map(({ reason }) => reason),
    toolCalls: finishes.flatMap(({ choice }) => {
      const ledger = createToolCallLedger({ maxToolCalls: 128, maxToolInputBytes: 1 << 20 });
      for (const event of events) if (event.type === 'tool_call_delta' && event.choice === choice) ledger.add(event);
      const calls = ledger.drafts.map(({ index = -1, id = '', name, args }) => ({ choice, index, id, name, args }));
      return calls.sort((a, b) => a.index - b.index);
    }),
    usage: events.filter((event) => event.type === 'usage_report').at(-1)?.report,
  };
};

/** JSON values rewritten: keys in another order, fields nobody knows, at every level but inside what is kept verbatim. */
const shuffled = (value: unknown, order: readonly number[], unknown: JsonObject): unknown => {
  if (Array.isArray(value)) return value.map((entry) => shuffled(entry, order, unknown));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, field]) => [key, key === 'usage' ? field : shuffled(field, order, unknown)] as const);
  const places = entries.map((_, at) => order[at % order.length] ?? 0);
  const mixed = entries.map((entry, at) => ({ entry, place: places[at] ?? 0 })).sort((a, b) => a.place - b.place);
  return Object.fromEntries([...Object.entries(unknown), ...mixed.map(({ entry }) => entry)]);
};

/** Fields no endpoint sends, and fields of objects in general. */
const unknownFields: fc.Arbitrary<JsonObject> = fc
  .uniqueArray(fc.constantFrom('obfuscation', 'x_future', 'prompt_progress', 'service_tier', 'constructor', 'hasOwnProperty', 'toString', 'padding'), {
    maxLength: 4,
  })
  .chain((keys) => fc.tuple(fc.constant(keys), fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 4 })))
  .map(([keys, values]) => Object.fromEntries(keys.map((key, at) => [key, values[at % values.length]])));

describe('laws of reading a stream', () => {
  it('conservation: every character of text, reasoning and arguments comes out once, in its place and in order', () => {
    fc.assert(
      fc.property(answers(), (answer) => {
        expect(figuresOf(readAnswer(answer.bytes, answer))).toEqual({ ...answer.expected, error: undefined });
      }),
      runs,
    );
  });

  it('cutting: any cut of the bytes gives the same events', () => {
    const cut = answers(small).chain((answer) => cuts(answer.bytes).map((pieces) => ({ answer, pieces })));
    fc.assert(
      fc.property(cut, ({ answer, pieces }) => {
        expect(readPieces(pieces, answer.expected.text.length)).toEqual(readAnswer(answer.bytes, answer));
      }),
      runs,
    );
  });

  it('cutting: any cut of a damaged body gives the same events and the same error', () => {
    const cut = damagedBodies.chain((bytes) => cuts(bytes).map((pieces) => ({ bytes, pieces })));
    fc.assert(
      fc.property(cut, fc.constantFrom('text/event-stream', 'application/json', ''), ({ bytes, pieces }, type) => {
        const options = { headers: { 'content-type': type } };
        expect(outcomeOf(readResponse(pieces, options))).toEqual(outcomeOf(readResponse([bytes], options)));
      }),
      runs,
    );
  });

  it('shortcut: reading every frame in full, as raw chunks demand it, gives the same events and the same error', () => {
    fc.assert(
      fc.property(fc.oneof(damagedBodies, answers().map(({ bytes }) => Buffer.from(bytes))), fc.constantFrom<'error' | 'warn'>('error', 'warn'), (bytes, onBadFrame) => {
        const full = readResponse([bytes], { answer: { onBadFrame, includeRaw: true } });
        const events = full.events.filter(({ type }) => type !== 'raw');
        expect(outcomeOf(readResponse([bytes], { answer: { onBadFrame } }))).toEqual(outcomeOf({ ...full, events }));
      }),
      runs,
    );
  });

  it('stability: the order of keys and unknown fields change nothing', () => {
    fc.assert(
      fc.property(answers(small), fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), unknownFields, (answer, order, unknown) => {
        const bytes = streamOf(...answer.chunks.map((each) => shuffled(each, order, unknown) as JsonObject));
        expect(readAnswer(bytes, answer)).toEqual(readAnswer(answer.bytes, answer));
      }),
      runs,
    );
  });

  it('noise: comments, unknown lines, ids, retries, line ends and a byte order mark change nothing', () => {
    const noisy = answers(small).chain((answer) => withNoise(answer.bytes).map((bytes) => ({ answer, bytes })));
    fc.assert(
      fc.property(noisy, ({ answer, bytes }) => {
        expect(readAnswer(bytes, answer)).toEqual(readAnswer(answer.bytes, answer));
      }),
      runs,
    );
  });

  it('noise: keep-alives in all their disguises change nothing', () => {
    const noise = fc.constantFrom('{}', 'null', '""', '', ': OPENROUTER PROCESSING', '{"type":"ping"}', '{"choices":[]}', '{"choices":null}', '{"usage":null}');
    fc.assert(
      fc.property(answers(small), fc.array(noise, { minLength: 1, maxLength: 6 }), fc.nat(), (answer, noises, at) => {
        const chunks: (object | string)[] = [...answer.chunks];
        chunks.splice(at % (chunks.length + 1), 0, ...noises);
        expect(readAnswer(streamOf(...chunks), answer)).toEqual(readAnswer(answer.bytes, answer));
      }),
      runs,
    );
  });

  it('truncation: a stream cut before its last finish reason is never passed off as whole', () => {
    fc.assert(
      fc.property(answers(small), fc.double({ min: 0, max: 1, noNaN: true }), (answer, place) => {
        const reason = Buffer.from(answer.bytes).lastIndexOf('"finish_reason":"');
        const cut = answer.bytes.subarray(0, Math.floor(place * reason));
        const reading = readPieces([cut], answer.expected.text.length);
        expect(['truncated', 'empty_response']).toContain(reading.error?.code);
        expect(isDone(reading)).toBe(false);
      }),
      runs,
    );
  });

  it('error finality: what comes after an error changes nothing, and what came before is all there is', () => {
    const errors = fc.constantFrom(
      'data: {"error":{"message":"boom"}}',
      'data: {"error":"boom"}',
      'data: {"error":500}',
      'data: {"errors":[{"message":"boom"}]}',
      'data: {"detail":"boom"}',
      'data: {"object":"error","message":"boom"}',
      'data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}',
      'data: {"choices":[{"index":0,"delta":{},"error":{"message":"boom"}}]}',
      'data: {"base_resp":{"status_code":1,"status_msg":"boom"}}',
      'event: error\ndata: boom',
      'error: boom',
      'data: {damaged',
    );
    fc.assert(
      fc.property(answers(small), errors, fc.nat(), (answer, error, at) => {
        const cut = at % (answer.chunks.length + 1);
        const before = frames(...answer.chunks.slice(0, cut));
        const failed = Buffer.concat([before, Buffer.from(`${error}\n\n`)]);
        const reading = readPieces([Buffer.concat([failed, streamOf(...answer.chunks.slice(cut))])]);
        expect(reading.error).toBeDefined();
        expect(isDone(reading)).toBe(false);
        expect(reading).toEqual(readPieces([failed]));
        // Usage is held back behind a finish reason; all the rest is there as if the stream had gone on.
        expect(contentOf(reading)).toEqual(contentOf(readPieces([before])));
      }),
      runs,
    );
  });

  it('robustness: any bytes end in completion or in a CompletionError', () => {
    const starts = fc.constantFrom('', 'data: ', 'data: {"choices":[', '{', '[', '<', '\ufeff', 'event: error\ndata: ', 'error: ', ':');
    fc.assert(
      fc.property(starts, fc.array(fc.uint8Array(), { maxLength: 8 }), fc.constantFrom(200, 400), (start, pieces, status) => {
        endsWell(readResponse([Buffer.from(start), ...pieces], { status }));
      }),
      runs,
    );
  });

  it('robustness: damaged and distorted frames end in completion or in a CompletionError', () => {
    fc.assert(
      fc.property(damagedBodies, fc.constantFrom(200, 503), (bytes, status) => {
        endsWell(readResponse([bytes], { status, limits: { maxToolCalls: 8, maxChoices: 8 }, answer: { onBadFrame: 'warn' } }));
      }),
      runs,
    );
  });
});

/** Values where a reader expects others. */
const wrong = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e300, '', 'x', [], {}, [null], [[]], { toString: 1 }, { message: { message: {} } }, { loc: [{}] }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Fields the readers look at, wherever they may stand. */
const fields = fc.constantFrom(
  ...['choices', 'delta', 'message', 'content', 'tool_calls', 'function', 'arguments', 'index', 'id', 'finish_reason', 'usage', 'error'],
  ...['errors', 'detail', 'metadata', 'raw', 'base_resp', 'status_code', 'reasoning_details', 'logprobs', 'annotations', 'images', 'audio'],
  ...['citations', 'search_results', 'x_groq', 'timings', 'created', 'provider', 'object', 'type', 'text', 'refusal', '__proto__', 'done'],
);

const distorted = (value: unknown, places: readonly number[], field: string, odd: unknown): unknown => {
  const [place = 0, ...rest] = places;
  if (Array.isArray(value) && value.length > 0 && rest.length > 0) {
    return value.map((entry, at) => (at === place % value.length ? distorted(entry, rest, field, odd) : (entry as unknown)));
  }
  if (typeof value !== 'object' || value === null || rest.length === 0) return odd;
  const keys = Object.keys(value);
  if (place % 3 === 0 || keys.length === 0) return Object.fromEntries([...Object.entries(value), [field, odd]]);
  return Object.fromEntries(Object.entries(value).map(([key, entry], at) => [key, at === place % keys.length ? distorted(entry, rest, field, odd) : (entry as unknown)]));
};

/** Bodies made of valid frames: values exchanged, bytes lost, bytes changed, frames repeated. */
const damagedBodies: fc.Arbitrary<Buffer> = fc
  .record({
    answer: answers(small),
    distortions: fc.array(fc.tuple(fc.nat(), fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 8 }), fields, wrong), { maxLength: 4 }),
    damage: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 4 })), { maxLength: 3 }),
    framing: fc.constantFrom('sse', 'ndjson', 'json'),
    opening: fc.constantFrom('', '', ' ', '\n'.repeat(70), '\r\n \t', '\ufeff', '\ufeff\n', '\n\ufeff ', '\ufeff\ufeff'),
  })
  .map(({ answer, distortions, damage, framing, opening }) => {
    const chunks: unknown[] = [...answer.chunks];
    for (const [at, places, field, odd] of distortions) chunks[at % chunks.length] = distorted(chunks[at % chunks.length], places, field, odd);
    const texts = chunks.map((each) => JSON.stringify(each));
    let bytes =
      framing === 'sse' ? frames(...texts, '[DONE]') : Buffer.from(framing === 'json' ? `[${texts.join()}]` : texts.join('\n'));
    for (const [at, lost, inserted] of damage) {
      const place = at % (bytes.length + 1);
      bytes = Buffer.concat([bytes.subarray(0, place), inserted, bytes.subarray(place + lost)]);
    }
    return Buffer.concat([Buffer.from(opening), bytes]);
  });

const endsWell = (reading: Reading): void => {
  const { events, error } = reading;
  expect(isDone(reading)).toBe(error === undefined);
  expect(events.filter(({ type }) => type === 'done').length).toBeLessThan(2);
  // Events are plain data, and errors are short.
  expect(() => JSON.stringify(events)).not.toThrow();
  expect(() => structuredClone(events)).not.toThrow();
  expect((error?.message ?? '').length).toBeLessThan(700);
};

/** An error is compared by all its fields; the place in our code where it was made is none. */
const outcomeOf = ({ events, error }: Reading): unknown => ({ events, error: error?.toJSON() });

const contentOf = ({ events }: Reading): StreamEvent[] => events.filter(({ type }) => type.endsWith('_delta'));

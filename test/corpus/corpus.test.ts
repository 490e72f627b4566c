import { createHash } from 'node:crypto';
import type { StreamEvent } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { createToolCallLedger } from '../../src/events/createToolCallLedger.ts';
import { readResponse, textIn, type Reading } from '../support/readResponse.ts';
import { errorCodes } from './errorCodes.ts';
import { differences } from './differences.ts';
import { corpusFolder, hasCorpus, recordings, type Expected, type ExpectedChoice, type Recording } from './recordings.ts';

const RANDOM_CUTS = 100;

/** A choice without an index stands in its place in the list; no recording has two such. */
const placeOf = (index: number | null): number => index ?? 0;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const reasoningIn = (events: readonly StreamEvent[], choice: number): string =>
  events.map((event) => (event.type === 'reasoning_delta' && event.choice === choice ? event.delta : '')).join('');

const toolCallsIn = (events: readonly StreamEvent[], choice: number): unknown => {
  const ledger = createToolCallLedger({ maxToolCalls: 128, maxToolInputBytes: 1 << 20 });
  for (const event of events) if (event.type === 'tool_call_delta' && event.choice === choice) ledger.add(event);
  return ledger.drafts.map(({ id, name, args }) => ({ id: id ?? null, name, arguments: args }));
};

const expectedCalls = (choice: ExpectedChoice): unknown =>
  choice.function_call === undefined
    ? choice.tool_calls.map(({ id, name, arguments: args }) => ({
        id: id === '' ? null : id,
        name,
        arguments: typeof args === 'string' ? args : (args ?? '') === '' ? '' : JSON.stringify(args),
      }))
    : [{ id: null, name: choice.function_call.name, arguments: choice.function_call.arguments }];

/** The reasoning the other parser found, in the field this project would take it from. */
const expectedReasoning = (choice: ExpectedChoice): string => {
  const fields = Object.values(choice.reasoning ?? {});
  const said = fields.find((field) => field.length > 0);
  return said?.sha256 ?? choice.reasoning_details?.text_sha256 ?? sha256('');
};

const figuresOf = ({ events, error }: Reading, { choices = [] }: Expected): unknown => ({
  choices: choices.map(({ index: place }) => placeOf(place)).map((index) => ({
    index,
    text: sha256(textIn(events, index)),
    reasoning: sha256(reasoningIn(events, index)),
    toolCalls: toolCallsIn(events, index),
  })),
  finish: error === undefined ? choices.map(({ index }) => rawReasonIn(events, placeOf(index))) : 'not asked, the stream failed',
  usage: events.filter((event) => event.type === 'usage_report').at(-1)?.report ?? null,
  failed: error !== undefined,
});

const rawReasonIn = (events: readonly StreamEvent[], choice: number): string | null =>
  events.filter((event) => event.type === 'finish').find((event) => event.choice === choice)?.rawReason ?? null;

const expectedFigures = (expected: Expected): object => {
  const { choices = [], errors = [], usage = null, unknown_sse_lines: lines = [] } = expected;
  const unfinished = choices.every((choice) => choice.finish_reason === null) && expected.done === 0;
  const failed = errors.length > 0 || lines.length > 0 || unfinished;
  return {
    choices: choices.map((choice) => ({
      index: placeOf(choice.index),
      text: choice.text_sha256,
      reasoning: expectedReasoning(choice),
      toolCalls: expectedCalls(choice),
    })),
    finish: failed ? 'not asked, the stream failed' : choices.map((choice) => choice.finish_reason),
    usage: usage ?? expected.usage_in_x_groq ?? null,
    failed,
  };
};

/** How a reported error begins, which is all that a message cut and masked is sure to keep. */
const messageIn = (error: unknown): string | undefined => {
  if (typeof error === 'string') return error.slice(0, 30);
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message.slice(0, 20) : undefined;
};

/** A small generator with a seed, so that a failing cut can be had again. */
const randomFrom = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

const cutAtRandom = (bytes: Buffer, random: () => number): Buffer[] => {
  const pieces: Buffer[] = [];
  const longest = 1 + Math.floor(random() ** 3 * bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + Math.floor(random() * longest);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
};

const read = ({ name, status, headers }: Recording, pieces: readonly Uint8Array[]): Reading =>
  readResponse(pieces, { status, headers, answer: differences[name]?.answer ?? {} });

describe.runIf(hasCorpus)(`recordings in ${corpusFolder}`, () => {
  for (const recording of recordings()) {
    const { name, bytes, expected, kind } = recording;
    const known = differences[name];
    const label = known === undefined ? name : `${name} (differs: ${known.because})`;

    if (kind === 'error') {
      it(`${label}: is a typed error that says what the endpoint said`, () => {
        const { error } = read(recording, [bytes]);
        expect(error).toBeDefined();
        expect(error?.code).toBe(errorCodes[name]);
        if (recording.status !== 200) expect(error?.status).toBe(recording.status);
        const said = messageIn(expected.error);
        if (said !== undefined) expect(error?.providerError?.message).toContain(said);
      });
      continue;
    }

    it(`${label}: gives the expected figures whole, byte by byte and in ${RANDOM_CUTS} random cuts`, () => {
      const right = { ...expectedFigures(expected), ...known?.figures };
      const whole = read(recording, [bytes]);
      expect(figuresOf(whole, expected)).toEqual(right);
      const [reported] = expected.errors ?? [];
      if (reported !== undefined) expect(whole.error?.providerError?.message).toContain(messageIn(reported));
      expect(read(recording, Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual(whole);
      const random = randomFrom(bytes.length);
      for (let cut = 0; cut < RANDOM_CUTS; cut += 1) expect(read(recording, cutAtRandom(bytes, random))).toEqual(whole);
    });
  }
});

describe.skipIf(hasCorpus)('recordings', () => {
  it.skip(`there are none in ${corpusFolder}; RX_COMPLETIONS_CORPUS names another folder`, () => undefined);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readChunk } from '../../src/wire/readChunk.ts';
import { REASONING_FIELDS } from '../../src/wire/readReasoning.ts';

/** The chunk as the vendor documents it. */
const standardChunk = z.object({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  created: z.int().min(1),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.int().min(0).max(127),
      delta: z.object({
        role: z.enum(['assistant', 'system', 'user', 'tool', 'developer']).optional(),
        content: z.string().nullish(),
        refusal: z.string().nullish(),
        tool_calls: z
          .array(
            z.object({
              index: z.int().min(0).max(127),
              id: z.string().optional(),
              type: z.literal('function').optional(),
              function: z.object({ name: z.string().optional(), arguments: z.string().optional() }).optional(),
            }),
          )
          .optional(),
      }),
      logprobs: z.null().optional(),
      finish_reason: z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']).nullable(),
    }),
  ),
  usage: z
    .object({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0), total_tokens: z.int().min(0) })
    .nullish(),
  service_tier: z.string().nullish(),
  system_fingerprint: z.string().nullish(),
});

const words = fc.string({ unit: 'grapheme', maxLength: 6 });
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const nullish = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> => fc.oneof(arbitrary, fc.constantFrom(null, undefined));

const toolCall = fc.record(
  {
    index: fc.nat({ max: 127 }),
    id: words,
    type: fc.constant('function'),
    function: fc.record({ name: words, arguments: words }, { requiredKeys: [] }),
  },
  { requiredKeys: ['index'] },
);

const validChunks = fc.record(
  {
    id: words,
    object: fc.constant('chat.completion.chunk'),
    created: fc.nat().map((seconds) => seconds + 1),
    model: words,
    choices: fc.array(
      fc.record({
        index: fc.nat({ max: 127 }),
        delta: fc.record({
          role: optional(fc.constantFrom('assistant', 'tool')),
          content: nullish(words),
          refusal: nullish(words),
          tool_calls: optional(fc.array(toolCall, { maxLength: 3 })),
        }),
        finish_reason: fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter', 'function_call', null),
      }),
      { maxLength: 3 },
    ),
    usage: nullish(fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat(), total_tokens: fc.nat() })),
    service_tier: nullish(words),
  },
  { requiredKeys: ['id', 'object', 'created', 'model', 'choices'] },
);

/** A field that says nothing is as good as absent. */
const said = (text: string | null | undefined): string | undefined => (text === '' || text === null ? undefined : text);

const figuresOf = (chunk: z.infer<typeof standardChunk>): unknown => ({
  id: said(chunk.id),
  model: said(chunk.model),
  created: chunk.created,
  choices: chunk.choices.map(({ index, delta, finish_reason: reason }) => {
    const calls = (delta.tool_calls ?? []).map((call) => ({
      index: call.index,
      id: said(call.id),
      name: said(call.function?.name),
      args: call.function?.arguments ?? '',
    }));
    return {
      index,
      text: delta.content ?? '',
      refusal: delta.refusal ?? '',
      calls: calls.filter(({ id, name, args }) => id !== undefined || name !== undefined || args !== ''),
      finishReason: reason ?? undefined,
    };
  }),
  usage: chunk.usage ?? undefined,
});

describe('the tolerant reader against a schema of the standard chunk', () => {
  it('oracle: finds the figures zod finds in every valid chunk', () => {
    fc.assert(
      fc.property(validChunks, (chunk) => {
        const raw = JSON.parse(JSON.stringify(chunk)) as Record<string, unknown>;
        const odd: string[] = [];
        const read = readChunk(raw, { maxChoices: 128, reasoningFields: REASONING_FIELDS, odd: (code) => odd.push(code) }, {});
        const { id, model, created, usage } = read;
        const choices = read.choices.map(({ index, text, refusal, toolCalls = [], finishReason }) => ({
          index,
          text,
          refusal,
          calls: toolCalls.map(({ index: place, id: callId, name, args }) => ({ index: place, id: callId, name, args })),
          finishReason,
        }));
        expect({ id, model, created, choices, usage }).toEqual(figuresOf(standardChunk.parse(raw)));
        expect(odd).toEqual([]);
        expect(read.failure).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});

import type { CallOptions, JsonSchema } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { strictSchema } from '../../src/request/strictSchema.ts';
import { bodyOf, local, hello, refusal, untyped, warningsOf } from './support.ts';

type Format = CallOptions['responseFormat'];

const formatOf = (responseFormat: Format): unknown => bodyOf(local, hello, { responseFormat })['response_format'];

const strictOf = (schema: z.ZodType): { schema: JsonSchema; obstacle?: string } =>
  strictSchema(z.toJSONSchema(schema, { io: 'input' }));

const fieldsOf = (shape: z.core.$ZodShape): unknown => strictOf(z.object(shape)).schema['properties'];

describe('the form of an answer', () => {
  it('is strict where it is a zod schema that strict mode has a form for', () => {
    const schema = z.object({ city: z.string(), days: z.number().optional() });
    expect(formatOf(schema)).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'answer',
        strict: true,
        schema: {
          type: 'object',
          properties: { city: { type: 'string' }, days: { type: ['number', 'null'] } },
          required: ['city', 'days'],
          additionalProperties: false,
        },
      },
    });
  });

  it('is not strict where strict mode has none', () => {
    expect(formatOf(z.object({ byName: z.record(z.string(), z.number()), note: z.string().optional() }))).toMatchObject({
      json_schema: { name: 'answer', strict: false, schema: { required: ['byName'], properties: { note: { type: 'string' } } } },
    });
  });

  it('is written as told, with a warning where strict endpoints may refuse it', () => {
    const list: Format = { type: 'json_schema', name: 'list', schema: z.array(z.string()), strict: true };
    expect(formatOf(list)).toMatchObject({ json_schema: { name: 'list', strict: true, schema: { type: 'array' } } });
    expect(warningsOf(local, hello, { responseFormat: list })).toEqual(['schema_not_strict']);
    expect(warningsOf(local, hello, { responseFormat: z.array(z.string()) })).toEqual([]);
    const open: Format = { type: 'json_schema', name: 'n', schema: z.object({ a: z.string().min(2).optional() }) };
    expect(formatOf(open)).toEqual({
      type: 'json_schema',
      json_schema: { name: 'n', schema: { type: 'object', properties: { a: { type: 'string', minLength: 2 } } } },
    });
  });

  it('leaves a JSON Schema alone', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', minLength: 2 } } };
    expect(formatOf({ type: 'json_schema', name: 'n', schema, strict: true })).toEqual({ type: 'json_schema', json_schema: { name: 'n', schema, strict: true } });
  });

  it('is refused where it is neither', () => {
    const told = "`options.responseFormat` must be 'text', 'json_object', a zod 4 schema or { type: 'json_schema', name, schema }";
    for (const format of ['json', { '~standard': {} }, { type: 'object' }])
      expect(refusal(() => formatOf(untyped<Format>(format)))).toBe(told);
    expect(refusal(() => formatOf(z.object({ when: z.date() })))).toMatch(/^`options.responseFormat` cannot be expressed as JSON Schema/);
  });
});

describe('a strict schema', () => {
  it('lets what may be missing be null, and says so once', () => {
    expect(
      fieldsOf({
        text: z.string().optional().describe('words'),
        word: z.enum(['a', 'b']).optional(),
        either: z.union([z.string(), z.number()]).optional(),
        other: z.union([z.string().regex(/x/), z.number()]).optional(),
        nullish: z.string().nullish(),
        count: z.number().default(1),
      }),
    ).toEqual({
      text: { type: ['string', 'null'], description: 'words' },
      word: { anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }] },
      either: { type: ['string', 'number', 'null'] },
      other: { anyOf: [{ type: 'string', pattern: 'x' }, { type: 'number' }, { type: 'null' }] },
      nullish: { type: ['string', 'null'] },
      count: { type: ['number', 'null'] },
    });
  });

  it('tells in words the limits that are not enforced', () => {
    expect(
      fieldsOf({
        name: z.string().min(2).max(9).describe('a name'),
        mail: z.email(),
        look: z.string().regex(/^(?=a)a/),
        url: z.url(),
        list: z.array(z.string()).min(1),
      }),
    ).toEqual({
      name: { type: 'string', description: 'a name (minLength: 2, maxLength: 9)' },
      mail: { type: 'string', format: 'email', pattern: expect.any(String) as string },
      look: { type: 'string', description: '(pattern: "^(?=a)a")' },
      url: { type: 'string', description: '(format: "uri")' },
      list: { type: 'array', items: { type: 'string' }, minItems: 1 },
    });
  });

  it('closes objects within lists, choices and definitions, and has an object at its root', () => {
    const Tree = z.object({ name: z.string(), get children() { return z.array(Tree).optional(); } }).meta({ id: 'Tree' });
    const closed = { additionalProperties: false, required: ['name', 'children'] };
    const { schema, obstacle } = strictOf(Tree);
    expect(obstacle).toBeUndefined();
    expect(schema).toMatchObject({ type: 'object', ...closed, $defs: { Tree: closed } });
    const shape = z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), n: z.int().optional() })]);
    expect(fieldsOf({ shapes: z.array(shape) })).toMatchObject({
      shapes: { items: { anyOf: [{ additionalProperties: false }, { required: ['kind', 'n'], additionalProperties: false }] } },
    });
  });

  it('puts nothing beside a reference', () => {
    const Point = z.object({ x: z.number() }).meta({ id: 'Point' });
    expect(fieldsOf({ from: Point, to: Point.describe('the end'), via: Point.optional() })).toEqual({
      from: { $ref: '#/$defs/Point' },
      to: expect.anything() as unknown,
      via: { anyOf: [{ $ref: '#/$defs/Point' }, { type: 'null' }] },
    });
    expect(strictSchema({ type: 'object', properties: { a: { $ref: '#/$defs/A', description: 'd' } }, required: ['a'], $defs: { A: { type: 'string' } } }).schema).toMatchObject({
      properties: { a: { anyOf: [{ $ref: '#/$defs/A' }], description: 'd' } },
    });
  });

  it.each([
    ['a record at the root.r', z.object({ r: z.record(z.string(), z.number()) })],
    ['a record at the root', z.looseObject({ a: z.string() })],
    ['prefixItems at the root.t', z.object({ t: z.tuple([z.string()]) })],
    ['allOf at the root.i', z.object({ i: z.intersection(z.string(), z.union([z.literal('a'), z.literal('b')])) })],
    ['anything at the root.list[]', z.object({ list: z.array(z.any()) })],
    ['no object at the root', z.union([z.object({}), z.string()])],
  ])('has no form for %s', (obstacle, schema) => {
    expect(strictOf(schema).obstacle).toBe(obstacle);
  });
});

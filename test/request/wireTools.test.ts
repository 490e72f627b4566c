import { defineTool } from 'rx-completions';
import type { Context, Tool } from 'rx-completions';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { ToolInputOf } from '../../operators/tools/ToolLike.ts';
import { bodyOf, hello, openRouter, refusal, requestOf, untyped } from './support.ts';

const weather = defineTool({
  name: 'weather',
  description: 'Tells the weather.',
  parameters: z.object({ city: z.string(), days: z.number().default(1) }),
});

const toolsOf = (...tools: Tool[]): unknown => bodyOf(openRouter, { ...hello, tools })['tools'];
const parametersOf = (tool: Tool): unknown =>
  (toolsOf(tool) as [{ function: { parameters: unknown } }])[0].function.parameters;

describe('tools', () => {
  it('go out with their zod schema as JSON Schema of what the model writes', () =>
    expect(toolsOf(weather)).toEqual([
      {
        type: 'function',
        function: {
          name: 'weather',
          description: 'Tells the weather.',
          parameters: {
            type: 'object',
            properties: { city: { type: 'string' }, days: { type: 'number', default: 1 } },
            required: ['city'],
          },
        },
      },
    ]));

  it('go out with a JSON Schema as it is, and with an empty object where there is none', () => {
    const parameters = { type: 'object', properties: { a: { $ref: '#/x' } }, $schema: 'https://mine' };
    expect(parametersOf({ name: 'f', parameters })).toEqual(parameters);
    expect(parametersOf({ name: 'f' })).toEqual({ type: 'object', properties: {} });
  });

  it('close the objects of a zod schema when they are strict', () => {
    const parameters = z.object({ at: z.object({ x: z.number() }) });
    expect(toolsOf({ name: 'f', parameters, strict: true })).toMatchObject([
      {
        function: {
          strict: true,
          parameters: { additionalProperties: false, properties: { at: { additionalProperties: false } } },
        },
      },
    ]);
    expect(parametersOf({ name: 'f', parameters })).not.toHaveProperty('additionalProperties');
  });

  it('never send what the caller keeps on them', () => {
    const tool = { ...weather, execute: () => 'sunny', label: 'mine' };
    expect(toolsOf(tool)).toEqual(toolsOf(weather));
  });

  it('are left out when there are none', () =>
    expect(bodyOf(openRouter, { ...hello, tools: [] })).not.toHaveProperty('tools'));

  it.each<[unknown, string]>([
    ['f', '`tools` must be an array'],
    [[null], '`tools[0].name` must be a non-empty string'],
    [[{ name: ' ' }], '`tools[0].name` must be a non-empty string'],
    [[{ name: 'f' }, { name: 'f' }], '`tools[1].name` is taken: two tools are called `f`'],
    [
      [{ name: 'f', parameters: 'x' }],
      '`tools[0].parameters` of tool `f` must be a zod schema or a JSON Schema object',
    ],
    [
      [{ name: 'f', parameters: { _def: {} } }],
      '`tools[0].parameters` of tool `f` is a schema zod 4 did not make: give it as JSON Schema',
    ],
    [
      [{ name: 'f', parameters: { '~standard': {} } }],
      '`tools[0].parameters` of tool `f` is a schema zod 4 did not make: give it as JSON Schema',
    ],
    [
      [{ name: 'f', parameters: z.object({ at: z.date() }) }],
      '`tools[0].parameters` of tool `f` cannot be expressed as JSON Schema: Date cannot be represented in JSON Schema',
    ],
  ])('fault 119: are refused when they are %j', (tools, message) =>
    expect(refusal(() => requestOf(openRouter, untyped<Context>({ ...hello, tools })))).toBe(message),
  );
});

it('infers the name and the input of a tool', () => {
  expectTypeOf(weather).toEqualTypeOf<Tool<'weather', { city: string; days: number }>>();
  expectTypeOf<ToolInputOf<typeof weather>>().toEqualTypeOf<{ city: string; days: number }>();
  expectTypeOf(defineTool({ name: 'f', parameters: { type: 'object' } }).name).toEqualTypeOf<'f'>();
  expectTypeOf([weather]).toExtend<readonly Tool[]>();
  expectTypeOf({ ...hello, tools: [weather, defineTool({ name: 'f' })] }).toExtend<Context>();
  // @ts-expect-error a tool without a name cannot be called
  defineTool({ parameters: z.object({}) });
});

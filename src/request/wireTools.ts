import { configError } from '../errors/configError.ts';
import type { Draft } from './Draft.ts';
import { expectName } from './expectField.ts';
import type { Tool } from './Tool.ts';
import { wireCacheControl } from './wireCacheControl.ts';
import { wireJsonSchema } from './wireJsonSchema.ts';
import type { WireObject } from './WireObject.ts';

/** The tools in the wire's words; none at all where the list is empty, which some endpoints refuse. */
export const wireTools = (tools: readonly Tool[] | undefined, draft: Draft): readonly WireObject[] | undefined => {
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools)) throw configError('`tools` must be an array');
  const names = new Set<string>();
  const wire = tools.map((tool: Tool, index) => {
    const path = `tools[${index}]`;
    const name = expectName((tool as Tool | undefined)?.name, `${path}.name`);
    if (names.has(name)) throw configError(`\`${path}.name\` is taken: two tools are called \`${name}\``);
    names.add(name);
    return wireTool(tool, path, draft);
  });
  return wire.length === 0 ? undefined : wire;
};

const wireTool = (
  { name, description, parameters, strict, cacheControl }: Tool,
  path: string,
  draft: Draft,
): WireObject => ({
  type: 'function',
  function: {
    name,
    description,
    parameters:
      parameters === undefined
        ? { type: 'object', properties: {} }
        : wireJsonSchema(parameters, `\`${path}.parameters\` of tool \`${name}\``, strict === true),
    strict,
  },
  cache_control: wireCacheControl(cacheControl, path, draft),
});

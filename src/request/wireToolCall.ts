import type { Draft } from './Draft.ts';
import { expectName, expectString } from './expectField.ts';
import type { ToolCallPart } from './Part.ts';
import { toJson } from './toJson.ts';
import type { WireObject } from './WireObject.ts';
import { wireToolCallId } from './wireToolCallId.ts';

/** A former tool call as it goes back. */
export const wireToolCall = (part: ToolCallPart, path: string, draft: Draft): WireObject => ({
  ...part.extra,
  id: wireToolCallId(expectName(part.id ?? part.callId, `${path}.id`), draft),
  type: 'function',
  function: { name: expectName(part.name, `${path}.name`), arguments: argumentsOf(part, path, draft) },
});

/** A call without arguments may come as no text at all; endpoints parse what comes back, so it goes out as `{}`. */
const argumentsOf = (part: ToolCallPart, path: string, draft: Draft): string => {
  const text = part.args === undefined ? '' : expectString(part.args, `${path}.args`);
  return text.trim() === '' ? toJson(part.input ?? {}, `\`${path}.input\``, draft) : text;
};

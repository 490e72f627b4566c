import { configError } from '../errors/configError.ts';
import { nearestName } from '../errors/nearestName.ts';
import { redact } from '../errors/redact.ts';
import type { Context, Message } from './Context.ts';
import type { Draft } from './Draft.ts';
import { expectName } from './expectField.ts';
import { wireAssistant } from './wireAssistant.ts';
import { wireText } from './wireText.ts';
import { wireToolCallId } from './wireToolCallId.ts';
import { wireUserContent } from './wireUserContent.ts';
import type { WireObject } from './WireObject.ts';

/**
 * The conversation in the wire's words, standing orders first. What cannot be sent is a `config` error with its path,
 * never left out in silence.
 */
export const wireMessages = (context: Context, draft: Draft): readonly WireObject[] => {
  expectContext(context);
  const messages: WireObject[] = [];
  if (context.systemPrompt !== undefined) {
    const content = wireText(context.systemPrompt, 'systemPrompt', draft);
    if (typeof content !== 'string' || content.trim() !== '')
      messages.push({ role: draft.manners.systemRole, content });
  }
  if (!Array.isArray(context.messages)) throw configError('`messages` must be an array');
  context.messages.forEach((message: Message, index) => {
    const wire = wireMessage(message, `messages[${index}]`, draft);
    if (wire !== undefined) messages.push(wire);
  });
  if (messages.length === 0) throw configError('`messages` must not be empty');
  return messages;
};

/** A misnamed field would change the question in silence. */
const expectContext = (context: unknown): void => {
  if (typeof context !== 'object' || context === null || Array.isArray(context))
    throw configError('`context` must be an object with `messages`');
  for (const name of Object.keys(context)) {
    if (CONTEXT_FIELDS.includes(name) || Reflect.get(context, name) === undefined) continue;
    const near = nearestName(name, CONTEXT_FIELDS) ?? (name.startsWith('system') ? 'systemPrompt' : undefined);
    throw configError(`\`context.${redact(name)}\` is not known${near === undefined ? '' : `; did you mean \`${near}\`?`}`);
  }
};

const CONTEXT_FIELDS: readonly string[] = ['systemPrompt', 'messages', 'tools'] satisfies (keyof Context)[];

const wireMessage = (message: Message, path: string, draft: Draft): WireObject | undefined => {
  // History from outside may hold a hole.
  if (typeof message !== 'object' || (message as unknown) === null) throw configError(`\`${path}\` must be a message`);
  switch (message.role) {
    case 'user':
      return { role: 'user', content: wireUserContent(message.content, `${path}.content`, draft) };
    case 'assistant':
      return wireAssistant(message, path, draft);
    case 'tool_result':
    case 'tool':
      return {
        role: 'tool',
        tool_call_id: wireToolCallId(expectName(message.toolCallId, `${path}.toolCallId`), draft),
        content: wireText(message.content, `${path}.content`, draft),
      };
    case 'system':
    case 'developer':
      return { role: message.role, content: wireText(message.content, `${path}.content`, draft) };
    default:
      message satisfies never;
      throw configError(`\`${path}.role\` must be user, assistant, tool_result, tool, system or developer`);
  }
};

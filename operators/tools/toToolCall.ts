import type { ToolCallDraft } from '../../src/events/createToolCallLedger.ts';
import { readToolInput, reject, type ToolInput } from './readToolInput.ts';
import type { ToolCallEvent } from './ToolCallEvent.ts';
import type { ToolLike } from './ToolLike.ts';

/** What the call itself says. */
export type ToolCallSaid = Pick<ToolCallDraft, 'name' | 'args' | 'extra'> & { readonly id?: string | undefined };

/** What the answer as a whole says of a call. */
export type ToolCallPlace = Pick<ToolCallEvent, 'choice' | 'index' | 'callId' | 'complete'>;

/** Makes the event of a call that has all it will ever have. */
export const toToolCall = (
  draft: ToolCallSaid,
  { complete, ...place }: ToolCallPlace,
  tools: ReadonlyMap<string, ToolLike> | undefined,
): ToolCallEvent => {
  const { id, name, extra } = draft;
  const args = complete ? wholeArgs(draft) : draft.args;
  const call = { type: 'tool_call' as const, ...place, ...(id !== undefined && { id }), name, args, ...(extra && { extra }) };
  const result = complete ? inputOf(name, args, tools) : reject('the answer ended before the call was whole');
  if ('inputError' in result) return { ...call, inputError: result.inputError, complete };
  // `readToolInput` gives an object, or what the tool's schema makes of one, which is what the event's type says.
  return { ...call, input: result.input as Record<string, unknown>, complete: true };
};

/** The arguments of a call that is whole. Endpoints say "no arguments" with nothing, with white space or with `null`. */
export const wholeArgs = ({ args }: Pick<ToolCallDraft, 'args'>): string => {
  const text = args.trim();
  return text === '' || text === 'null' ? '{}' : args;
};

const inputOf = (name: string, args: string, tools: ReadonlyMap<string, ToolLike> | undefined): ToolInput => {
  if (name === '') return reject('the call does not name a tool');
  if (tools?.has(name) === false) return reject('no tool of this name was offered');
  return readToolInput(args, tools?.get(name)?.parameters);
};

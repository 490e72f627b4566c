import type { AssistantPart, TextPart, UserPart } from './Part.ts';
import type { Tool } from './Tool.ts';

/** Standing orders within the conversation. */
export interface SystemMessage {
  readonly role: 'system' | 'developer';
  readonly content: string | readonly TextPart[];
}

/** What the user says. */
export interface UserMessage {
  readonly role: 'user';
  readonly content: string | readonly UserPart[];
}

/** What the model said in a former turn. Calls of `assembleToolCalls` fit its content as they are. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: string | readonly AssistantPart[];
}

/** What a tool gave back. */
export interface ToolResultMessage {
  readonly role: 'tool_result' | 'tool';
  /** The `id` of the tool call this answers. */
  readonly toolCallId: string;
  readonly toolName?: string | undefined;
  readonly content: string | readonly TextPart[];
  /** For the caller's own records: the wire has no field for it, so `content` must say what went wrong. */
  readonly isError?: boolean | undefined;
}

/** One turn of a conversation. Fields that are not listed here (usage, a timestamp) are the caller's own and never sent. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolResultMessage;

/** What the model is to answer. It is read once, when the call is subscribed to. */
export interface Context {
  /** Standing orders ahead of the conversation; a blank one is not sent. */
  readonly systemPrompt?: string | readonly TextPart[] | undefined;
  readonly messages: readonly Message[];
  /** What the model may call. */
  readonly tools?: readonly Tool[] | undefined;
}

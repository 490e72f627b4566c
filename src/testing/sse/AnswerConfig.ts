import type { JsonObject } from './JsonObject.ts';

/** A whole tool call. */
export interface WholeToolCall {
  /** @defaultValue `call_<n>` */
  readonly id?: string;
  readonly name: string;
  /** The arguments; an object becomes its JSON text. */
  readonly args?: object | string;
}

/** What one choice says in whole. */
export interface AnswerChoice {
  readonly text?: string;
  readonly reasoning?: string;
  readonly refusal?: string;
  readonly toolCalls?: readonly WholeToolCall[];
  /** The wire's `finish_reason`. @defaultValue `'tool_calls'` when there are tool calls, else `'stop'` */
  readonly finish?: string;
}

/** What a whole answer says: of one choice, or of several by `choices`. */
export interface AnswerConfig extends AnswerChoice {
  /** Instead of the one choice the other fields describe. */
  readonly choices?: readonly AnswerChoice[];
  /** The usage object, verbatim; see `usageReport`. */
  readonly usage?: JsonObject;
  readonly id?: string;
  readonly model?: string;
  /** Seconds since 1970. */
  readonly created?: number;
}

/** The choices of an answer, in order. */
export const choicesOf = (answer: AnswerConfig): readonly AnswerChoice[] => answer.choices ?? [answer];

export const finishOf = ({ finish, toolCalls }: AnswerChoice): string =>
  finish ?? (toolCalls === undefined || toolCalls.length === 0 ? 'stop' : 'tool_calls');

export const idOf = (call: WholeToolCall, index: number): string => call.id ?? `call_${index}`;

export const argsOf = ({ args = '{}' }: WholeToolCall): string => (typeof args === 'string' ? args : JSON.stringify(args));

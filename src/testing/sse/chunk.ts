import type { JsonObject } from './JsonObject.ts';

/** One fragment of a tool call. What is absent here is absent on the wire. */
export interface ToolCallPiece {
  readonly index?: number;
  readonly id?: string;
  readonly name?: string;
  /** A piece of the arguments' JSON text. */
  readonly args?: string;
}

/** What one chunk says. What is absent here is absent on the wire. */
export interface ChunkConfig {
  /** @defaultValue `0` */
  readonly choice?: number;
  readonly role?: string;
  readonly text?: string;
  readonly reasoning?: string;
  /** The field reasoning goes into; endpoints differ. @defaultValue `'reasoning'` */
  readonly reasoningField?: 'reasoning' | 'reasoning_content';
  readonly refusal?: string;
  readonly toolCall?: ToolCallPiece | readonly ToolCallPiece[];
  /** The wire's `finish_reason`, in the endpoint's own word. */
  readonly finish?: string;
  /** The usage object, verbatim; see `usageReport`. */
  readonly usage?: JsonObject;
  /** @defaultValue `'chatcmpl-test'` */
  readonly id?: string;
  /** @defaultValue `'test-model'` */
  readonly model?: string;
  /** Seconds since 1970. @defaultValue `1700000000` */
  readonly created?: number;
  /** More fields of the chunk, on its top level. */
  readonly extra?: JsonObject;
  /** More fields of the delta. */
  readonly extraDelta?: JsonObject;
}

/**
 * A `chat.completion.chunk` as OpenAI sends it. A chunk that only carries usage has no choices, as theirs.
 *
 * @example
 * import { chunk, usageReport } from 'rx-completions/testing';
 *
 * const text = chunk({ text: 'Hel' });
 * const call = chunk({ toolCall: { index: 0, id: 'call_1', name: 'weather', args: '' } });
 * const usage = chunk({ usage: usageReport({ input: 3, output: 2 }) });
 */
export const chunk = (config: ChunkConfig = {}): JsonObject => ({
  id: config.id ?? 'chatcmpl-test',
  object: 'chat.completion.chunk',
  created: config.created ?? 1_700_000_000,
  model: config.model ?? 'test-model',
  choices: isUsageOnly(config) ? [] : [choiceOf(config)],
  ...(config.usage === undefined ? {} : { usage: config.usage }),
  ...config.extra,
});

const isUsageOnly = (config: ChunkConfig): boolean =>
  config.usage !== undefined && config.finish === undefined && Object.keys(deltaOf(config)).length === 0;

const choiceOf = (config: ChunkConfig): JsonObject => ({
  index: config.choice ?? 0,
  delta: deltaOf(config),
  finish_reason: config.finish ?? null,
});

const deltaOf = ({ role, text, reasoning, reasoningField, refusal, toolCall, extraDelta }: ChunkConfig): JsonObject => ({
  ...(role === undefined ? {} : { role }),
  ...(text === undefined ? {} : { content: text }),
  ...(reasoning === undefined ? {} : { [reasoningField ?? 'reasoning']: reasoning }),
  ...(refusal === undefined ? {} : { refusal }),
  ...(toolCall === undefined ? {} : { tool_calls: [toolCall].flat().map(toolCallOf) }),
  ...extraDelta,
});

const toolCallOf = ({ index, id, name, args }: ToolCallPiece): JsonObject => ({
  ...(index === undefined ? {} : { index }),
  // Only the fragment that opens a call says what kind of call it is.
  ...(id === undefined ? {} : { id, type: 'function' }),
  function: { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) },
});

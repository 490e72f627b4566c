import { argsOf, choicesOf, finishOf, idOf, type AnswerChoice, type AnswerConfig } from './AnswerConfig.ts';
import type { JsonObject } from './JsonObject.ts';

/**
 * A `chat.completion` as an endpoint sends it that does not stream.
 *
 * @example
 * import { completion, usageReport } from 'rx-completions/testing';
 *
 * const body = completion({ text: 'Hello', usage: usageReport({ input: 3, output: 2 }) });
 */
export const completion = (answer: AnswerConfig = {}): JsonObject => ({
  id: answer.id ?? 'chatcmpl-test',
  object: 'chat.completion',
  created: answer.created ?? 1_700_000_000,
  model: answer.model ?? 'test-model',
  choices: choicesOf(answer).map((choice, index) => ({
    index,
    message: messageOf(choice),
    finish_reason: finishOf(choice),
  })),
  ...(answer.usage === undefined ? {} : { usage: answer.usage }),
});

const messageOf = ({ text, reasoning, refusal, toolCalls }: AnswerChoice): JsonObject => ({
  role: 'assistant',
  content: text ?? null,
  ...(reasoning === undefined ? {} : { reasoning }),
  ...(refusal === undefined ? {} : { refusal }),
  ...(toolCalls === undefined
    ? {}
    : {
        tool_calls: toolCalls.map((call, index) => ({
          id: idOf(call, index),
          type: 'function',
          function: { name: call.name, arguments: argsOf(call) },
        })),
      }),
});

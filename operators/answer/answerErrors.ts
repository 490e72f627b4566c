import { CompletionError } from '../../src/errors/CompletionError.ts';
import type { FinishReason } from '../../src/events/StreamEvent.ts';
import type { AnswerSoFar } from './AnswerSoFar.ts';

/** An answer that does not fit: the message can be told to the model as it is. */
export const misfit = (issues: readonly string[], partial: AnswerSoFar): CompletionError =>
  new CompletionError('answer_schema', { message: `the answer does not fit its schema: ${issues.join('; ')}`, partial });

/** An answer that is no JSON, or not all of it. */
export const unreadable = (message: string, partial: AnswerSoFar): CompletionError =>
  new CompletionError('answer_schema', { message, partial });

export const tooDeep = (maxDepth: number, partial: AnswerSoFar): CompletionError =>
  new CompletionError('limit', { message: `the answer is nested deeper than maxDepth allows (${maxDepth})`, partial });

export const refused = (partial: AnswerSoFar): CompletionError =>
  new CompletionError('content_filter', { message: 'the model refused to answer', partial });

/** Whether an answer may end before its JSON does. */
export const isCut = (reason: FinishReason | undefined): boolean => cutShort(reason) !== undefined;

/** An answer that ended before its JSON did; `undefined` where its reason does not tell so. */
export const cutShort = (reason: FinishReason | undefined, partial?: AnswerSoFar): CompletionError | undefined => {
  switch (reason) {
    case 'length':
      // Asked again, the model would come as far again.
      return new CompletionError('truncated', { message: 'the answer reached its limit of tokens before its JSON was whole', retryable: false, partial });
    case 'content_filter':
      return new CompletionError('content_filter', { message: 'the answer was filtered before its JSON was whole', partial });
    case undefined:
      return new CompletionError('truncated', { message: 'the answer ended before its JSON was whole', partial });
    case 'stop':
    case 'tool_calls':
    case 'unknown':
      return undefined;
    default:
      return reason satisfies never;
  }
};

import { CompletionError, type CompletionErrorDetails } from '../../src/errors/CompletionError.ts';
import type { FinishReason } from '../../src/events/StreamEvent.ts';
import type { AnswerSoFar } from './AnswerSoFar.ts';

/** What is known of a failure besides what is wrong. */
export interface AnswerFailure extends Pick<CompletionErrorDetails, 'committed' | 'endpoint'> {
  readonly partial: AnswerSoFar;
}

/** An answer that does not fit: the message can be told to the model as it is. */
export const misfit = (issues: readonly string[], known: AnswerFailure): CompletionError =>
  new CompletionError('answer_schema', { message: `the answer does not fit its schema: ${issues.join('; ')}`, ...known });

/** An answer that is no JSON, or not all of it. */
export const unreadable = (message: string, known: AnswerFailure): CompletionError =>
  new CompletionError('answer_schema', { message, ...known });

export const tooDeep = (maxDepth: number, known: AnswerFailure): CompletionError =>
  new CompletionError('limit', { message: `the answer is nested deeper than maxDepth allows (${maxDepth})`, ...known });

export const refused = (known: AnswerFailure): CompletionError =>
  new CompletionError('content_filter', { message: 'the model refused to answer', ...known });

/** Whether an answer may end before its JSON does. */
export const isCut = (reason: FinishReason | undefined): boolean => cutShort(reason) !== undefined;

/** An answer that ended before its JSON did; `undefined` where its reason does not tell so. */
export const cutShort = (reason: FinishReason | undefined, known?: AnswerFailure): CompletionError | undefined => {
  switch (reason) {
    case 'length':
      // Asked again, the model would come as far again.
      return new CompletionError('truncated', { message: 'the answer reached its limit of tokens before its JSON was whole', retryable: false, ...known });
    case 'content_filter':
      return new CompletionError('content_filter', { message: 'the answer was filtered before its JSON was whole', ...known });
    case undefined:
      return new CompletionError('truncated', { message: 'the answer ended before its JSON was whole', ...known });
    case 'stop':
    case 'tool_calls':
    case 'unknown':
      return undefined;
    default:
      return reason satisfies never;
  }
};

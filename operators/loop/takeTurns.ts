import { catchError, concat, defer, EMPTY, from, mergeMap, of, queueScheduler, repeat, scheduled, tap, throwError, type Observable } from 'rxjs';
import { CompletionError } from '../../src/errors/CompletionError.ts';
import type { DoneEvent, StreamEvent } from '../../src/events/StreamEvent.ts';
import type { Message, ToolResultMessage } from '../../src/request/Context.ts';
import { lift } from '../lift.ts';
import type { AnswerMessage } from '../message/AnswerMessage.ts';
import type { ToolCallEvent } from '../tools/ToolCallEvent.ts';
import { readToolInput } from '../tools/readToolInput.ts';
import { addUsage } from '../usage/addUsage.ts';
import type { Usage } from '../usage/Usage.ts';
import { answerCall } from './answerCall.ts';
import { createTurn } from './createTurn.ts';
import type { LoopEvent, ToolResultEvent } from './LoopEvent.ts';
import type { Ask, RunToolsConfig } from './RunToolsConfig.ts';

/** Asks the model, answers its calls and asks again, until it calls nothing more. */
export const takeTurns = (ask: Ask<StreamEvent>, config: RunToolsConfig): Observable<StreamEvent | LoopEvent> =>
  defer(() => {
    const { tools, maxTurns = 8, concurrency = 16 } = config;
    const handlers = new Map(tools.map(({ name, run }) => [name, run]));
    let messages: readonly Message[] = [...config.messages];
    let usage: Usage | undefined;
    let turn = 0;
    let attempts = 0;
    let isOver = false;
    let isCommitted = false;

    const answerCalls = (calls: readonly ToolCallEvent[], results: ToolResultEvent[]): Observable<ToolResultEvent> =>
      from(calls).pipe(
        // By the place of the call, whichever is first to end.
        mergeMap((call, at) => answerCall(call, handlers.get(call.name), config).pipe(tap((result) => (results[at] = result))), concurrency),
      );

    const endTurn = (message: AnswerMessage, done: DoneEvent): Observable<DoneEvent | LoopEvent> => {
      // From here on tools run, and whoever begins again would run them again.
      isCommitted = true;
      const calls = callsIn(message);
      const isWhole = calls.every(({ complete }) => complete);
      const ours = isWhole ? calls.filter((call) => call.inputError !== undefined || handlers.get(call.name) !== undefined) : [];
      isOver = calls.length === 0 || ours.length < calls.length;
      if (!isOver && turn >= maxTurns) throw tooManyTurns(maxTurns, message);
      const results: ToolResultEvent[] = [];
      return concat(
        answerCalls(ours, results),
        defer(() => {
          if (message.usage !== undefined) usage = usage === undefined ? message.usage : addUsage(usage, message.usage);
          messages = [...messages, ...fitToSend(message), ...results.map(toMessage)];
          const end = { type: 'turn_end' as const, turn, message, ...(usage !== undefined && { usage }), messages };
          return isOver ? of(end, done) : of(end);
        }),
      );
    };

    const takeTurn = defer(() => {
      turn += 1;
      const answer = createTurn(tools, attempts, () => (isCommitted = true));
      return concat(
        lift(answer.read)(ask(messages, { turn, isLast: turn >= maxTurns, tools })) as Observable<StreamEvent | ToolCallEvent>,
        defer(() => {
          attempts = answer.attempts();
          const done = answer.done();
          if (done !== undefined) return endTurn(answer.message(), done);
          isOver = true;
          return EMPTY;
        }),
      );
    });

    return takeTurn.pipe(
      // Turns that end at once must not pile up on the stack, which the queue unwinds.
      repeat({ delay: () => (isOver ? EMPTY : scheduled([true], queueScheduler)) }),
      catchError((error: unknown) => throwError(() => (isCommitted ? asCommitted(error as Error) : (error as Error)))),
    );
  });

const callsIn = ({ content }: AnswerMessage): readonly ToolCallEvent[] =>
  content.filter((part): part is ToolCallEvent => part.type === 'tool_call');

/** Endpoints refuse arguments that are no JSON object, calls without an answer, and messages without anything. */
const fitToSend = (message: AnswerMessage): readonly AnswerMessage[] => {
  const content = message.content
    .filter((part) => part.type !== 'tool_call' || part.complete)
    .map((part) => (part.type === 'tool_call' && hasBadArgs(part) ? { ...part, args: '{}' } : part));
  return content.length === 0 ? [] : [{ ...message, content }];
};

/** A call that was valid need not be looked at again. */
const hasBadArgs = ({ inputError, args }: ToolCallEvent): boolean =>
  inputError !== undefined && 'inputError' in readToolInput(args, undefined);

const toMessage = ({ id, callId, name, content, isError }: ToolResultEvent): ToolResultMessage => ({
  role: 'tool',
  toolCallId: id ?? callId,
  toolName: name,
  content,
  ...(isError && { isError }),
});

/** Whatever stands behind must not ask again as if nothing had been shown and no tool had run. */
const asCommitted = (error: Error): Error =>
  error instanceof CompletionError && !error.committed ? error.with({ committed: true }) : error;

const tooManyTurns = (maxTurns: number, partial: AnswerMessage): CompletionError =>
  new CompletionError('budget', {
    message: `the model still calls tools after ${maxTurns} ${maxTurns === 1 ? 'turn' : 'turns'}`,
    committed: true,
    partial,
  });

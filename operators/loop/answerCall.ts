import { asyncScheduler, catchError, concatMap, defaultIfEmpty, defer, map, of, take, takeLast, takeUntil, tap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { CompletionError } from '../../src/errors/CompletionError.ts';
import { redact } from '../../src/errors/redact.ts';
import { clockOf } from '../recovery/clockOf.ts';
import { MAX_TIMER_MS } from '../recovery/MAX_TIMER_MS.ts';
import type { ToolCallEvent } from '../tools/ToolCallEvent.ts';
import type { ToolResultEvent } from './LoopEvent.ts';
import type { LoopTool } from './runnableTool.ts';
import type { RunnableCall, RunToolsConfig } from './RunToolsConfig.ts';
import { settled } from './settled.ts';

/** Answers one whole call: runs it, or says why it does not run. */
export const answerCall = (call: ToolCallEvent, run: LoopTool['run'], config: RunToolsConfig): Observable<ToolResultEvent> => {
  if (call.inputError !== undefined) return of(failed(call, call.inputError.message));
  return approvalOf(call, config).pipe(
    take(1),
    defaultIfEmpty(false),
    concatMap((approval) => {
      if (approval === true && run !== undefined) return runCall(call, run, config);
      return of(failed(call, typeof approval === 'string' ? `the call was refused: ${approval}` : 'the call was refused'));
    }),
  );
};

const approvalOf = (call: RunnableCall, { approve }: RunToolsConfig): Observable<unknown> =>
  approve === undefined ? of(true) : defer(() => settled(approve(call)));

const runCall = (call: RunnableCall, run: NonNullable<LoopTool['run']>, config: RunToolsConfig): Observable<ToolResultEvent> =>
  defer(() => {
    const { onToolError = 'tell', scheduler } = config;
    const now = clockOf(scheduler);
    const began = now();
    return textFrom(call, run, config).pipe(
      map((text) => resultOf(call, text, { isError: false, durationMs: now() - began })),
      catchError((error: unknown) => {
        if (onToolError === 'fail') throw error;
        const durationMs = now() - began;
        if (onToolError === 'tell') return of(failed(call, redact(messageOf(error)), durationMs));
        return of(resultOf(call, onToolError(error, call), { isError: true, durationMs }));
      }),
    );
  });

const textFrom = (call: RunnableCall, run: NonNullable<LoopTool['run']>, config: RunToolsConfig): Observable<string> =>
  defer(() => {
    const controller = new AbortController();
    // The input is what the schema of this very tool made of it.
    return defer(() => settled(run(call.input as never, { signal: controller.signal, callId: call.callId }))).pipe(
      tap({ unsubscribe: () => controller.abort() }),
      takeLast(1),
      defaultIfEmpty(undefined),
      map(textOf),
      takeUntil(expiry(config)),
    );
  });

const expiry = ({ timeoutMs = 120_000, scheduler = asyncScheduler }: RunToolsConfig): Observable<never> =>
  timer(Math.min(timeoutMs, MAX_TIMER_MS), scheduler).pipe(
    map(() => {
      const message = `the tool did not answer within ${timeoutMs} ms`;
      throw new CompletionError('timeout', { message, retryable: false, committed: true });
    }),
  );

/** What the model is told of a value: within a list, what JSON has no word for is `null`. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify([value]).slice(1, -1));

/** Anything can be thrown, and its words can be missing, no text, or throw themselves. */
const messageOf = (error: unknown): string => {
  try {
    const words: unknown = typeof error === 'object' && error !== null && 'message' in error ? error.message : String(error);
    return typeof words === 'string' && words !== '' ? words : NO_WORDS;
  } catch {
    return NO_WORDS;
  }
};

const NO_WORDS = 'the tool failed';

const failed = (call: ToolCallEvent, why: string, durationMs = 0): ToolResultEvent =>
  resultOf(call, `error: ${why}`, { isError: true, durationMs });

type Outcome = Pick<ToolResultEvent, 'isError' | 'durationMs'>;

const resultOf = ({ callId, id, name }: ToolCallEvent, content: string, outcome: Outcome): ToolResultEvent => ({
  type: 'tool_result',
  callId,
  ...(id !== undefined && { id }),
  name,
  content,
  ...outcome,
});

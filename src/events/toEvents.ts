import { CompletionError } from '../errors/CompletionError.ts';
import type { StageRun } from '../stage.ts';
import type { Chunk, ChunkChoice, WireItem } from '../wire/Chunk.ts';
import { createChoiceState, latchReason, noteContent, reasonOf, type ChoiceState } from './ChoiceState.ts';
import { emitContent, type ContentConfig } from './contentEvents.ts';
import type { StreamEvent, UsageReportEvent } from './StreamEvent.ts';

/** How events are made of chunks. */
export interface ToEventsConfig extends ContentConfig {
  readonly includeRaw: boolean;
  readonly includeHeartbeats: boolean;
  /** How many choices were asked for. */
  readonly choices: number;
}

/** A run of `toEvents`. */
export interface EventMaker extends StageRun<WireItem> {
  /** Whether every choice has ended: what breaks off from here on takes nothing of the answer away. */
  isSettled(): boolean;
  /** Ends the answer as whole, although the endpoint did not end the stream; `why` becomes a warning. */
  settle(code: string, why: string): void;
}

/** Usage held back until `finish` is out; later reports repeat earlier ones, so of a flood only the last ones are kept. */
const MAX_HELD_REPORTS = 8;

/**
 * Makes events of chunks. A finish reason is latched: late deltas still come before `finish`, and the answer ends with
 * `[DONE]` or with the stream. A stream that ends with neither is no answer but an error.
 */
export const toEvents = (config: ToEventsConfig, emit: (event: StreamEvent) => void): EventMaker => {
  const states = new Map<number, ChoiceState>();
  const warned = new Set<string>();
  const cited = new Set<string>();
  const heldReports: UsageReportEvent[] = [];
  let responded = false;
  let finishing = false;
  let ended = false;

  const warn = (code: string, message: string): void => {
    if (warned.has(code)) return;
    warned.add(code);
    emit({ type: 'warning', code, message });
  };

  const pushChoice = (piece: ChunkChoice): boolean => {
    let state = states.get(piece.index);
    if (state === undefined) states.set(piece.index, (state = createChoiceState(piece.index)));
    // A whole message after deltas repeats them.
    const repeats = piece.whole && state.hasContent;
    if (!repeats && emitContent(withoutRepeatedArgs(piece, state, warn), state, config, emit)) {
      if (state.reason !== undefined && state.rawReason !== '') warn('late_delta', 'content came after a finish reason');
      noteContent(state);
    }
    if (piece.finishReason === undefined) return true;
    const whole = latchReason(state, piece.finishReason) !== 'failed';
    finishing ||= state.reason !== undefined;
    return whole;
  };

  const pushCitations = (chunk: Chunk): void => {
    for (const citation of chunk.citations ?? []) {
      if (citation.url === undefined || cited.has(citation.url)) continue;
      cited.add(citation.url);
      emit({ type: 'annotation', choice: 0, ...citation });
    }
  };

  const pushUsage = (report: UsageReportEvent['report']): void => {
    if (!finishing) emit({ type: 'usage_report', report });
    else if (heldReports.push({ type: 'usage_report', report }) > MAX_HELD_REPORTS) heldReports.shift();
  };

  const releaseReports = (): void => {
    for (const report of heldReports.splice(0)) emit(report);
  };

  const fail = (error: CompletionError): never => {
    releaseReports();
    throw error;
  };

  const pushChunk = (chunk: Chunk): void => {
    if (config.includeRaw) emit({ type: 'raw', chunk: chunk.raw });
    if (!responded && saysWhoAnswers(chunk)) {
      responded = true;
      emit(responseOf(chunk));
    }
    let failedBy: string | undefined;
    for (const piece of chunk.choices) if (!pushChoice(piece)) failedBy = piece.finishReason;
    if (chunk.citations !== undefined) pushCitations(chunk);
    if (chunk.usage !== undefined) pushUsage(chunk.usage);
    if (chunk.failure !== undefined) fail(chunk.failure);
    if (failedBy !== undefined) fail(new CompletionError('provider_error', { providerError: { code: failedBy } }));
  };

  const end = (): void => {
    ended = true;
    const inOrder = [...states.values()].sort((a, b) => a.index - b.index);
    const [first] = inOrder;
    if (first === undefined || !inOrder.some((state) => state.hasContent || state.reason !== undefined)) {
      return fail(new CompletionError('empty_response'));
    }
    if (inOrder.some((state) => state.reason === undefined)) warn('no_finish_reason', 'the endpoint gave no finish reason');
    if (inOrder.length < config.choices) warn('missing_choices', `${config.choices} choices were asked for and ${inOrder.length} came`);
    for (const state of inOrder) emit(finishOf(state));
    releaseReports();
    emit({ type: 'done', reason: reasonOf(first), attempts: 1 });
  };

  const isSettled = (): boolean => {
    if (states.size === 0 || states.size < config.choices) return false;
    for (const state of states.values()) if (state.reason === undefined) return false;
    return true;
  };

  return {
    isSettled,
    settle: (code, why) => {
      if (ended) return;
      warn(code, why);
      end();
    },
    push: (item) => {
      if (ended) return;
      if (item.kind === 'chunk') pushChunk(item);
      else if (item.kind === 'done') end();
      else if (item.kind === 'oddity') warn(item.code, item.message);
      else if (config.includeHeartbeats) {
        emit(item.comment === undefined ? { type: 'heartbeat' } : { type: 'heartbeat', comment: item.comment });
      }
    },
    flush: () => {
      if (ended) return;
      if (states.size === 0) fail(new CompletionError('empty_response'));
      for (const state of states.values()) if (state.reason === undefined) fail(new CompletionError('truncated'));
      warn('no_done', 'the stream ended without [DONE]');
      end();
    },
  };
};

/** Arguments sent once as a JSON value and then again as text count once. */
const withoutRepeatedArgs = (
  piece: ChunkChoice,
  state: ChoiceState,
  warn: (code: string, message: string) => void,
): ChunkChoice => {
  if (state.wholeCalls === undefined || piece.toolCalls === undefined) return piece;
  const known = [...state.wholeCalls];
  const toolCalls = piece.toolCalls.filter((call) => {
    const repeats = call.args !== '' && !call.argsWhole && known.some(({ id, index }) => (call.id === undefined ? call.index === index : call.id === id));
    if (repeats) warn('repeated_arguments', 'arguments sent as a JSON value were followed by more, which was left out');
    return !repeats;
  });
  return { ...piece, toolCalls: toolCalls.length === 0 ? undefined : toolCalls };
};

const saysWhoAnswers = ({ id, model, created, servedBy, choices }: Chunk): boolean =>
  id !== undefined || model !== undefined || created !== undefined || servedBy !== undefined || choices.length > 0;

const responseOf = ({ id, model, created, servedBy }: Chunk): StreamEvent => ({
  type: 'response',
  ...(id === undefined ? undefined : { id }),
  ...(model === undefined ? undefined : { model }),
  ...(created === undefined ? undefined : { created }),
  ...(servedBy === undefined ? undefined : { servedBy }),
});

const finishOf = (state: ChoiceState): StreamEvent => ({
  type: 'finish',
  choice: state.index,
  reason: reasonOf(state),
  ...(state.rawReason === undefined ? undefined : { rawReason: state.rawReason }),
});

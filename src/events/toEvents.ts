import { CompletionError } from '../errors/CompletionError.ts';
import type { StageRun } from '../stage.ts';
import type { Chunk, ChunkChoice, WireItem } from '../wire/Chunk.ts';
import { createChoiceState, latchReason, noteContent, reasonOf, settleBlankReason, type ChoiceState } from './ChoiceState.ts';
import { emitContent, type ContentConfig } from './emitContent.ts';
import { createSeen } from './createSeen.ts';
import { looksCumulative } from './looksCumulative.ts';
import type { StreamEvent, UsageReportEvent } from './StreamEvent.ts';
import { withoutRepeats } from './withoutRepeats.ts';

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
  const cited = createSeen();
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
    if (state === undefined) states.set(piece.index, (state = createChoiceState(piece.index, cited)));
    const news = withoutRepeats(piece, state, warn);
    const hasContent = news !== undefined && emitContent(news, state, config, emit);
    if (hasContent) {
      if (state.reason !== undefined && state.rawReason?.trim() !== '') warn('late_delta', 'content came after a finish reason');
      if (piece.text !== '' && looksCumulative(state, piece.text)) {
        warn('cumulative_content', 'each delta begins with the one before: the endpoint seems to send the whole text each time');
      }
      state.hasDeltas ||= !piece.whole;
      if (noteContent(state)) finishing = isAnyFinished();
    }
    if (piece.finishReason === undefined) return true;
    const whole = latchReason(state, piece.finishReason, hasContent && !piece.whole) !== 'failed';
    finishing ||= state.reason !== undefined;
    return whole;
  };

  const isAnyFinished = (): boolean => {
    for (const state of states.values()) if (state.reason !== undefined) return true;
    return false;
  };

  const pushCitations = (chunk: Chunk): void => {
    for (const citation of chunk.citations ?? []) {
      if (citation.url !== undefined && cited.isNew(citation.url)) emit({ type: 'annotation', choice: 0, ...citation });
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
    inOrder.forEach(settleBlankReason);
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
      if (!isSettled()) fail(new CompletionError('truncated'));
      warn('no_done', 'the stream ended without [DONE]');
      end();
    },
  };
};

/** Whether a chunk has news of the answerer, or content, which `response` comes before. */
const saysWhoAnswers = ({ id, model, created, servedBy, choices, citations }: Chunk): boolean =>
  id !== undefined || model !== undefined || created !== undefined || servedBy !== undefined || choices.length > 0 || citations !== undefined;

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

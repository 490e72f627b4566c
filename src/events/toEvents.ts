import { CompletionError } from '../errors/CompletionError.ts';
import type { StageRun } from '../stage.ts';
import type { AnnotationPiece, Chunk, ChunkChoice, WireItem } from '../wire/Chunk.ts';
import { latchReason, noteContent, reasonOf, settleBlankReason, type ChoiceState } from './ChoiceState.ts';
import { ChoiceStates } from './ChoiceStates.ts';
import { emitContent, type ContentConfig } from './emitContent.ts';
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
export const toEvents = (config: ToEventsConfig, emit: (event: StreamEvent) => void): EventMaker => new Events(config, emit);

class Events implements EventMaker {
  readonly #config: ToEventsConfig;
  readonly #emit: (event: StreamEvent) => void;
  readonly #choices = new ChoiceStates();
  #warned: Set<string> | undefined;
  #heldReports: UsageReportEvent[] | undefined;
  #responded = false;
  #finishing = false;
  #ended = false;

  constructor(config: ToEventsConfig, emit: (event: StreamEvent) => void) {
    this.#config = config;
    this.#emit = emit;
  }

  push(item: WireItem): void {
    if (this.#ended) return;
    if (item.kind === 'chunk') this.#pushChunk(item);
    else if (item.kind === 'done') this.#end();
    else if (item.kind === 'oddity') this.warn(item.code, item.message);
    else if (this.#config.includeHeartbeats) {
      this.#emit(item.comment === undefined ? { type: 'heartbeat' } : { type: 'heartbeat', comment: item.comment });
    }
  }

  flush(): void {
    if (this.#ended) return;
    if (this.#choices.count() === 0) this.#fail(new CompletionError('empty_response'));
    if (!this.isSettled()) this.#fail(new CompletionError('truncated'));
    this.settle('no_done', 'the stream ended without [DONE]');
  }

  isSettled(): boolean {
    const count = this.#choices.count();
    return count > 0 && count >= this.#config.choices && this.#choices.allFinished();
  }

  settle(code: string, why: string): void {
    if (this.#ended) return;
    this.warn(code, why);
    this.#end();
  }

  /** Tells of an oddity, once. */
  warn(code: string, message: string): void {
    const warned = (this.#warned ??= new Set());
    if (warned.has(code)) return;
    warned.add(code);
    this.#emit({ type: 'warning', code, message });
  }

  #pushChunk(chunk: Chunk): void {
    if (this.#config.includeRaw) this.#emit({ type: 'raw', chunk: chunk.raw });
    if (!this.#responded && saysWhoAnswers(chunk)) {
      this.#responded = true;
      this.#emit(responseOf(chunk));
    }
    let failedBy: string | undefined;
    for (const piece of chunk.choices) if (!this.#pushChoice(piece)) failedBy = piece.finishReason;
    if (chunk.citations !== undefined) this.#pushCitations(chunk.citations);
    if (chunk.usage !== undefined) this.#pushUsage(chunk.usage);
    if (chunk.failure !== undefined) this.#fail(chunk.failure);
    if (failedBy !== undefined) this.#fail(new CompletionError('provider_error', { providerError: { code: failedBy } }));
  }

  /** Answers whether the piece leaves the answer whole. */
  #pushChoice(piece: ChunkChoice): boolean {
    const state = this.#choices.at(piece.index);
    const news = withoutRepeats(piece, state, this);
    const hasContent = news !== undefined && emitContent(news, state, this.#config, this.#emit);
    if (hasContent) {
      if (state.reason !== undefined && state.rawReason?.trim() !== '') this.warn('late_delta', 'content came after a finish reason');
      if (piece.text !== '' && looksCumulative(state, piece.text)) {
        this.warn('cumulative_content', 'each delta begins with the one before: the endpoint seems to send the whole text each time');
      }
      state.hasDeltas ||= !piece.whole;
      if (noteContent(state)) this.#finishing = this.#choices.someFinished();
    }
    if (piece.finishReason === undefined) return true;
    const whole = latchReason(state, piece.finishReason, hasContent && !piece.whole) !== 'failed';
    this.#finishing ||= state.reason !== undefined;
    return whole;
  }

  #pushCitations(citations: readonly AnnotationPiece[]): void {
    for (const citation of citations) {
      if (citation.url !== undefined && this.#choices.cited.isNew(citation.url)) this.#emit({ type: 'annotation', choice: 0, ...citation });
    }
  }

  #pushUsage(report: UsageReportEvent['report']): void {
    if (!this.#finishing) {
      this.#emit({ type: 'usage_report', report });
      return;
    }
    const held = (this.#heldReports ??= []);
    if (held.push({ type: 'usage_report', report }) > MAX_HELD_REPORTS) held.shift();
  }

  #releaseReports(): void {
    const held = this.#heldReports;
    this.#heldReports = undefined;
    for (const report of held ?? []) this.#emit(report);
  }

  #fail(error: CompletionError): never {
    this.#releaseReports();
    throw error;
  }

  #end(): void {
    this.#ended = true;
    const inOrder = this.#choices.inOrder();
    const [first] = inOrder;
    if (first === undefined || !inOrder.some((state) => state.hasContent || state.reason !== undefined)) {
      return this.#fail(new CompletionError('empty_response'));
    }
    inOrder.forEach(settleBlankReason);
    if (inOrder.some((state) => state.reason === undefined)) this.warn('no_finish_reason', 'the endpoint gave no finish reason');
    const asked = this.#config.choices;
    if (inOrder.length < asked) this.warn('missing_choices', `${asked} choices were asked for and ${inOrder.length} came`);
    for (const state of inOrder) this.#emit(finishOf(state));
    this.#releaseReports();
    this.#emit({ type: 'done', reason: reasonOf(first), attempts: 1 });
  }
}

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

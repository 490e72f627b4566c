import { finishReason } from './finishReason.ts';
import type { FinishReason } from './StreamEvent.ts';
import type { ToolCallDraft, ToolCallLedger } from './toolCallLedger.ts';

/** What is known of one choice while it streams. */
export interface ChoiceState {
  readonly index: number;
  hasContent: boolean;
  refused: boolean;
  /** How the choice ended, once the endpoint said so: the first telling reason, kept against a later `stop`. */
  reason: FinishReason | undefined;
  rawReason: string | undefined;
  /** `""` was taken for the end and content came after it: to this endpoint it means «not yet». */
  blankMeansRunning: boolean;
  calls: ToolCallLedger | undefined;
  /** Calls whose arguments came as one JSON value; text that follows repeats them. */
  wholeCalls: Set<ToolCallDraft> | undefined;
  images: Set<string> | undefined;
}

export const createChoiceState = (index: number): ChoiceState => ({
  index,
  hasContent: false,
  refused: false,
  reason: undefined,
  rawReason: undefined,
  blankMeansRunning: false,
  calls: undefined,
  wholeCalls: undefined,
  images: undefined,
});

/** Latches a finish reason. Answers whether it says that the answer is not whole. */
export const latchReason = (state: ChoiceState, rawReason: string): 'failed' | 'latched' => {
  const word = rawReason.trim();
  if (word.toLowerCase() === 'null' || (word === '' && (!state.hasContent || state.blankMeansRunning))) return 'latched';
  const reason = finishReason(word);
  if (reason === 'failed') return 'failed';
  if (state.reason === undefined || (isTelling(reason) && !isTelling(state.reason)) || state.rawReason === '') {
    state.reason = reason;
    state.rawReason = rawReason;
  }
  return 'latched';
};

/** Content came: a blank reason before it cannot have been the end. */
export const noteContent = (state: ChoiceState): void => {
  state.hasContent = true;
  if (state.rawReason !== '') return;
  state.reason = undefined;
  state.rawReason = undefined;
  state.blankMeansRunning = true;
};

/** How the choice ended, in our words: calls and refusals are told from the content where the endpoint says only `stop`. */
export const reasonOf = (state: ChoiceState): FinishReason => {
  const reason = state.reason ?? 'unknown';
  if (isTelling(reason)) return reason;
  if (state.calls?.drafts.some(isComplete) === true) return 'tool_calls';
  return state.refused && reason === 'stop' ? 'content_filter' : reason;
};

const isTelling = (reason: FinishReason): boolean => reason !== 'stop' && reason !== 'unknown';

const isComplete = ({ name, args }: ToolCallDraft): boolean => {
  if (name === '') return false;
  if (args.trim() === '') return true;
  try {
    return typeof JSON.parse(args) === 'object';
  } catch {
    return false;
  }
};

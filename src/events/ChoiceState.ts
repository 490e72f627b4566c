import type { Seen } from './Seen.ts';
import { finishReason } from './finishReason.ts';
import type { TextTrail } from './looksCumulative.ts';
import type { FinishReason } from './StreamEvent.ts';
import type { ToolCallDraft, ToolCallLedger } from './createToolCallLedger.ts';

/** What is known of one choice while it streams. */
export interface ChoiceState extends TextTrail {
  readonly index: number;
  hasContent: boolean;
  /** Content came in deltas and not only in whole messages. */
  hasDeltas: boolean;
  /** The last whole message, as text to compare the next one with. */
  lastMessage: string | undefined;
  refused: boolean;
  /** How the choice ended, once the endpoint said so: the first telling reason, kept against a later `stop`. */
  reason: FinishReason | undefined;
  rawReason: string | undefined;
  /** A blank reason, once one came: to some endpoints it means `stop`, to others «not yet». */
  blankReason: string | undefined;
  /** `""` was taken for the end and content came after it: to this endpoint it means «not yet». */
  blankMeansRunning: boolean;
  calls: ToolCallLedger | undefined;
  /** Calls whose arguments came as one JSON value; text that follows repeats them. */
  wholeCalls: Set<ToolCallDraft> | undefined;
  images: Seen | undefined;
  /** Addresses and places cited, in the answer as a whole. */
  readonly cited: Seen;
}

export const createChoiceState = (index: number, cited: Seen): ChoiceState => ({
  index,
  hasContent: false,
  hasDeltas: false,
  lastMessage: undefined,
  lastText: '',
  growths: 0,
  refused: false,
  reason: undefined,
  rawReason: undefined,
  blankReason: undefined,
  blankMeansRunning: false,
  calls: undefined,
  wholeCalls: undefined,
  images: undefined,
  cited,
});

/**
 * Latches a finish reason. Answers whether it says that the answer is not whole. `besideContent` tells that the chunk holds a
 * piece of a running answer too: a blank reason then is what some endpoints send for none.
 */
export const latchReason = (state: ChoiceState, rawReason: string, besideContent: boolean): 'failed' | 'latched' => {
  const word = rawReason.trim();
  if (word === '') state.blankReason = rawReason;
  if (word.toLowerCase() === 'null' || (word === '' && (besideContent || !state.hasContent || state.blankMeansRunning))) return 'latched';
  const reason = finishReason(word);
  if (reason === 'failed') return 'failed';
  if (state.reason === undefined || (isTelling(reason) && !isTelling(state.reason)) || state.rawReason?.trim() === '') {
    state.reason = reason;
    state.rawReason = rawReason;
  }
  return 'latched';
};

/** The endpoint says the answer is whole: a blank reason, if that is all there was, has been one after all. */
export const settleBlankReason = (state: ChoiceState): void => {
  if (state.reason !== undefined || state.blankReason === undefined || !state.hasContent) return;
  state.reason = 'stop';
  state.rawReason = state.blankReason;
};

/** Content came: a blank reason before it cannot have been the end. Answers whether one is taken back. */
export const noteContent = (state: ChoiceState): boolean => {
  state.hasContent = true;
  if (state.rawReason?.trim() !== '') return false;
  state.reason = undefined;
  state.rawReason = undefined;
  state.blankMeansRunning = true;
  return true;
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
  const text = args.trim();
  if (text === '') return true;
  try {
    JSON.parse(text);
    return text.startsWith('{');
  } catch {
    return false;
  }
};

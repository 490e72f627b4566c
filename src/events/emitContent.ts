import type { ChunkChoice, RareContent, ToolCallPiece } from '../wire/Chunk.ts';
import type { ChoiceState } from './ChoiceState.ts';
import { Seen } from './Seen.ts';
import type { StreamEvent } from './StreamEvent.ts';
import { createToolCallLedger } from './createToolCallLedger.ts';

/** What making content events needs to know of the call. */
export interface ContentConfig {
  readonly maxToolCalls: number;
  readonly maxToolInputBytes: number;
}

/**
 * Emits the content of one choice of a chunk, always in this order: reasoning, text, refusal, tool calls, media,
 * probabilities. Answers whether there was any.
 */
export const emitContent = (
  piece: ChunkChoice,
  state: ChoiceState,
  config: ContentConfig,
  emit: (event: StreamEvent) => void,
): boolean => {
  const choice = piece.index;
  let some = false;
  if (piece.reasoning !== '' || piece.reasoningDetails !== undefined) {
    const { reasoning: delta, reasoningDetails: details } = piece;
    emit(details === undefined ? { type: 'reasoning_delta', choice, delta } : { type: 'reasoning_delta', choice, delta, details });
    some = true;
  }
  if (piece.text !== '') {
    emit({ type: 'text_delta', choice, delta: piece.text });
    some = true;
  }
  if (piece.refusal !== '') {
    state.refused = true;
    emit({ type: 'refusal_delta', choice, delta: piece.refusal });
    some = true;
  }
  if (piece.toolCalls !== undefined) {
    for (const call of piece.toolCalls) emitToolCall(call, state, config, emit);
    some = true;
  }
  return piece.rare === undefined ? some : emitRareContent(piece.rare, state, emit) || some;
};

const emitToolCall = (
  piece: ToolCallPiece,
  state: ChoiceState,
  config: ContentConfig,
  emit: (event: StreamEvent) => void,
): void => {
  const { index, id, name, args, extra } = piece;
  const calls = (state.calls ??= createToolCallLedger(config));
  const draft = calls.add({ index, id, name, delta: args, extra });
  if (piece.argsWhole) (state.wholeCalls ??= new Set()).add(draft);
  // Nearly every fragment, so it is spared the spreads.
  if (index !== undefined && id === undefined && name === undefined && extra === undefined) {
    emit({ type: 'tool_call_delta', choice: state.index, index, delta: args });
    return;
  }
  emit({
    type: 'tool_call_delta',
    choice: state.index,
    ...(index === undefined ? undefined : { index }),
    ...(id === undefined ? undefined : { id }),
    ...(name === undefined ? undefined : { name }),
    delta: args,
    ...(extra === undefined ? undefined : { extra }),
  });
};

const emitRareContent = (rare: RareContent, state: ChoiceState, emit: (event: StreamEvent) => void): boolean => {
  const choice = state.index;
  let some = false;
  const emitSome = (event: StreamEvent): void => {
    some = true;
    emit(event);
  };
  for (const annotation of rare.annotations) {
    const { url, startIndex, endIndex } = annotation;
    // Endpoints repeat the list with every chunk; another place in the text is another citation of the same address.
    if (url !== undefined && !state.cited.isNew(`${choice} ${startIndex ?? ''} ${endIndex ?? ''} ${url}`)) continue;
    if (url !== undefined) state.cited.isNew(url);
    emitSome({ type: 'annotation', choice, ...annotation });
  }
  for (const { index, url } of rare.images) {
    const seen = (state.images ??= new Seen());
    // Endpoints repeat an image with the closing chunk; the same address at the same place is the same image.
    if (!seen.isNew(`${index ?? ''} ${url}`)) continue;
    emitSome(index === undefined ? { type: 'image', choice, url } : { type: 'image', choice, index, url });
  }
  if (rare.audio !== undefined) emitSome({ type: 'audio_delta', choice, ...rare.audio });
  if (rare.logprobs !== undefined) emitSome({ type: 'logprobs', choice, ...rare.logprobs });
  return some;
};

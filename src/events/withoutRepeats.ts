import type { ChunkChoice } from '../wire/Chunk.ts';
import type { ChoiceState } from './ChoiceState.ts';

/** Whom an oddity is told. */
interface Warner {
  warn(code: string, message: string): void;
}

/** Leaves out what a piece says for the second time; nothing remains where all of it is a repetition. */
export const withoutRepeats = (piece: ChunkChoice, state: ChoiceState, warner: Warner): ChunkChoice | undefined => {
  if (piece.whole && repeatsMessage(piece, state)) return undefined;
  return state.wholeCalls === undefined || piece.toolCalls === undefined ? piece : withoutRepeatedArgs(piece, state, warner);
};

/**
 * A whole message after deltas repeats them, and so does the same message sent again. Other messages are deltas by another
 * name.
 */
const repeatsMessage = ({ text, reasoning, refusal, toolCalls }: ChunkChoice, state: ChoiceState): boolean => {
  if (state.hasDeltas) return true;
  const message = JSON.stringify([text, reasoning, refusal, toolCalls]);
  if (message === state.lastMessage) return true;
  state.lastMessage = message;
  return false;
};

/** Arguments sent once as a JSON value and then again as text count once. */
const withoutRepeatedArgs = (piece: ChunkChoice, state: ChoiceState, warner: Warner): ChunkChoice => {
  const known = [...(state.wholeCalls ?? [])];
  const toolCalls = piece.toolCalls?.filter((call) => {
    const repeats =
      call.args !== '' &&
      !call.argsWhole &&
      known.some(({ id, index }) => (call.id === undefined ? call.index === index : call.id === id));
    if (repeats) warner.warn('repeated_arguments', 'arguments sent as a JSON value were followed by more, which was left out');
    return !repeats;
  });
  return { ...piece, toolCalls: toolCalls?.length === 0 ? undefined : toolCalls };
};

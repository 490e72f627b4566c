import type { ReasoningDeltaEvent, RefusalDeltaEvent, TextDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { KeptCall } from '../tools/createCallKeeper.ts';
import { createPartPlaces, type CallPiece, type PartPiece } from './createPartPlaces.ts';
import type { PartEvent } from './PartEvent.ts';

/** Marks the parts of one choice. */
export interface ChoiceMarker {
  /** Called before a piece goes out. */
  mark(piece: Exclude<PartPiece, CallPiece>): void;
  /** Called before a fragment of a call goes out. */
  markCall(call: KeptCall): void;
  /** Ends what is open, the latest first; `isWhole` tells whether the choice was not cut. */
  end(isWhole: boolean): void;
}

type Kind = 'text' | 'reasoning' | 'refusal';

export const createChoiceMarker = (choice: number, emit: (event: PartEvent) => void): ChoiceMarker => {
  const placeOf = createPartPlaces();
  const calls = new Map<number, KeptCall>();
  let running: { readonly kind: Kind; readonly part: number } | undefined;

  const endWords = (closed: boolean): void => {
    if (running === undefined) return;
    const { kind, part } = running;
    running = undefined;
    emit({ type: `${kind}_end`, choice, part, closed });
  };

  return {
    mark: (piece) => {
      const place = placeOf(piece);
      if (place?.begins !== true) return;
      // A citation and a sound stand beside the words.
      if (piece.type === 'annotation' || piece.type === 'audio_delta') return;
      endWords(true);
      if (piece.type === 'image') return;
      const kind = kindOf(piece);
      running = { kind, part: place.part };
      emit({ type: `${kind}_start`, choice, part: place.part });
    },
    markCall: (call) => {
      const { part, begins } = placeOf({ type: 'tool_call', callId: call.callId });
      if (!begins) return;
      endWords(true);
      calls.set(part, call);
      const { id, name } = call.draft;
      emit({
        type: 'tool_call_start',
        choice,
        part,
        callId: call.callId,
        ...(id !== undefined && { id }),
        ...(name !== '' && { name }),
      });
    },
    end: (isWhole) => {
      endWords(isWhole && running?.kind !== 'reasoning');
      for (const [part, { callId, draft: { id, name } }] of [...calls].reverse())
        emit({ type: 'tool_call_end', choice, part, callId, ...(id !== undefined && { id }), name, closed: isWhole });
      calls.clear();
    },
  };
};

const kindOf = ({ type }: TextDeltaEvent | ReasoningDeltaEvent | RefusalDeltaEvent): Kind =>
  type === 'text_delta' ? 'text' : type === 'reasoning_delta' ? 'reasoning' : 'refusal';

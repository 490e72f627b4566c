import { createPartPlaces, type CallPiece, type PartPiece } from '../message/createPartPlaces.ts';
import type { KeptCall } from '../tools/createCallKeeper.ts';
import type { PartEvent } from './PartEvent.ts';

/** Marks the parts of one choice. */
export interface ChoiceMarker {
  /** Called before a piece goes out; gives its part. An empty piece has the one that it would go on with or begin. */
  mark(piece: Exclude<PartPiece, CallPiece>): number;
  /** Called before a fragment of a call goes out; gives its part. */
  markCall(call: KeptCall): number;
  /** Ends what is open, the latest first; `isWhole` tells whether the choice was not cut. */
  end(isWhole: boolean): void;
}

type Kind = 'text' | 'reasoning' | 'refusal';

export const createChoiceMarker = (choice: number, emit: (event: PartEvent) => void): ChoiceMarker => {
  const placeOf = createPartPlaces();
  const calls = new Map<number, KeptCall>();
  let count = 0;
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
      if (place === undefined) return running !== undefined && running.kind === kindOf(piece) ? running.part : count;
      const { part, begins } = place;
      if (!begins) return part;
      count = part + 1;
      // A citation and a sound stand beside the words.
      if (piece.type === 'annotation' || piece.type === 'audio_delta') return part;
      endWords(true);
      const kind = kindOf(piece);
      if (kind === undefined) return part;
      running = { kind, part };
      emit({ type: `${kind}_start`, choice, part });
      return part;
    },
    markCall: (call) => {
      const { part, begins } = placeOf({ type: 'tool_call', callId: call.callId });
      if (!begins) return part;
      count = part + 1;
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
      return part;
    },
    end: (isWhole) => {
      endWords(isWhole && running?.kind !== 'reasoning');
      for (const [part, { callId, draft: { id, name } }] of [...calls].reverse())
        emit({ type: 'tool_call_end', choice, part, callId, ...(id !== undefined && { id }), name, closed: isWhole });
      calls.clear();
    },
  };
};

const kindOf = ({ type }: Exclude<PartPiece, CallPiece>): Kind | undefined => KINDS.get(type);

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['text_delta', 'text'],
  ['reasoning_delta', 'reasoning'],
  ['refusal_delta', 'refusal'],
]);

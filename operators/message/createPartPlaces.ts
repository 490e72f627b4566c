import type {
  AnnotationEvent,
  AudioDeltaEvent,
  ImageEvent,
  ReasoningDeltaEvent,
  RefusalDeltaEvent,
  TextDeltaEvent,
} from '../../src/events/StreamEvent.ts';

/** The part of an answer that an event belongs to. */
export interface PartPlace {
  /** Its place among the parts of its choice, from 0, in the order in which they began. */
  readonly part: number;
  /** Whether it begins with this event. */
  readonly begins: boolean;
}

/** An event that says something of a part; a tool call is known by its `callId` only. */
export type PartPiece = TextDeltaEvent | ReasoningDeltaEvent | RefusalDeltaEvent | AnnotationEvent | ImageEvent | AudioDeltaEvent | CallPiece;

/** A fragment of a call, or the call. */
export interface CallPiece {
  readonly type: 'tool_call';
  readonly callId: string;
}

/** Says which part of one choice each event belongs to. */
export interface PartPlaces {
  (piece: CallPiece | AnnotationEvent | ImageEvent): PartPlace;
  /** `undefined` for an event with nothing in it. */
  (piece: PartPiece): PartPlace | undefined;
}

/**
 * Text, reasoning and refusals go on until another part begins. A citation and a sound stand beside the words and end
 * nothing; a fragment of a call that has begun ends nothing either, since calls come in turns.
 */
export const createPartPlaces = (): PartPlaces => {
  let count = 0;
  let running: { readonly type: string; readonly part: number } | undefined;
  let thought: number | undefined;
  let sound: { readonly id: string | undefined; readonly part: number } | undefined;
  const calls = new Map<string, number>();

  const begin = (): PartPlace => ({ part: count++, begins: true });
  const goOn = (part: number): PartPlace => ({ part, begins: false });

  const words = (type: string): PartPlace => {
    if (running?.type === type) return goOn(running.part);
    running = { type, part: count };
    return begin();
  };

  const placeOf = (piece: PartPiece): PartPlace | undefined => {
    switch (piece.type) {
      case 'text_delta':
      case 'refusal_delta':
        return piece.delta === '' ? undefined : words(piece.type);
      case 'reasoning_delta': {
        if (piece.delta === '' && piece.details === undefined) return undefined;
        // A signature or an encrypted block may come late, when the answer has begun: it belongs to what was thought.
        if (piece.delta === '' && thought !== undefined) return goOn(thought);
        const place = words(piece.type);
        thought = place.part;
        return place;
      }
      case 'tool_call': {
        const part = calls.get(piece.callId);
        if (part !== undefined) return goOn(part);
        calls.set(piece.callId, count);
        running = undefined;
        return begin();
      }
      case 'image':
        running = undefined;
        return begin();
      case 'annotation':
        return begin();
      case 'audio_delta': {
        // Some endpoints fill the field with an empty sound where there is none. snowflake-cortex/snowflake-model-simple
        if (piece.id === undefined && piece.delta === '' && piece.transcript === undefined && sound === undefined) return undefined;
        const goesOn = sound !== undefined && (piece.id === undefined || sound.id === undefined || piece.id === sound.id);
        const place = goesOn && sound !== undefined ? goOn(sound.part) : begin();
        sound = { id: piece.id ?? (goesOn ? sound?.id : undefined), part: place.part };
        return place;
      }
      default:
        return piece satisfies never;
    }
  };
  // Only words and sounds can be empty, which the overloads say.
  return placeOf as PartPlaces;
};

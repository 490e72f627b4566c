import type { AudioDeltaEvent, ReasoningDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { KeptCall } from '../tools/createCallKeeper.ts';
import type { ToolCallEvent } from '../tools/ToolCallEvent.ts';
import { without } from '../without.ts';
import type { AnswerPart, SpokenPart } from './AnswerMessage.ts';
import { createBase64Joiner, type Base64Joiner } from './createBase64Joiner.ts';
import { createDetailsMerger } from './createDetailsMerger.ts';
import { createPartPlaces, type CallPiece, type PartPiece } from './createPartPlaces.ts';

/** The parts of one choice while they grow. A part that changes is replaced, so that parts given out stay as they are. */
export interface PartList {
  /** Answers whether the event changed anything. */
  add(piece: Exclude<PartPiece, CallPiece>): boolean;
  /** Takes a call as far as it has come. */
  write(call: KeptCall): void;
  /** Puts a call that has all it will ever have in the place where it began, or at the end where nothing of it came. */
  settle(call: ToolCallEvent): void;
  /** Takes out what began like a call and was none; answers whether there was any. */
  dropUnsettled(): boolean;
  /** What one `read` costs. */
  size(): number;
  read(): readonly AnswerPart[];
}

export const createPartList = (): PartList => {
  const placeOf = createPartPlaces();
  const parts: (AnswerPart | undefined)[] = [];
  const details = createDetailsMerger();
  /** Parts whose details have changed since they were last read. */
  const stale = new Set<number>();
  const sounds = new Map<number, Base64Joiner>();
  const unsettled = new Set<number>();
  let callCount = 0;

  const textSoFar = (at: number): string => {
    const part = parts[at];
    return part !== undefined && 'text' in part ? part.text : '';
  };

  const think = ({ delta, details: news }: ReasoningDeltaEvent, at: number): void => {
    parts[at] = { ...parts[at], type: 'reasoning', text: textSoFar(at) + delta };
    if (news !== undefined) details.add(news, at).forEach((part) => stale.add(part));
  };

  const hear = (event: AudioDeltaEvent, at: number): void => {
    const joiner = sounds.get(at) ?? createBase64Joiner();
    sounds.set(at, joiner);
    joiner.push(event.delta);
    // Parts of one place have one type.
    parts[at] = spokenPart(parts[at] as SpokenPart | undefined, event, joiner.data());
  };

  return {
    size: () => parts.length + details.count(),
    write: (call) => {
      const { part: at } = placeOf({ type: 'tool_call', callId: call.callId });
      const known = parts[at];
      parts[at] = runningCall(call, known?.type === 'tool_call' ? known.index : callCount++);
      unsettled.add(at);
    },
    add: (piece) => {
      const place = placeOf(piece);
      if (place === undefined) return false;
      const { part: at } = place;
      if (piece.type === 'text_delta') parts[at] = { type: 'text', text: textSoFar(at) + piece.delta };
      else if (piece.type === 'refusal_delta') parts[at] = { type: 'refusal', text: textSoFar(at) + piece.delta };
      else if (piece.type === 'reasoning_delta') think(piece, at);
      else if (piece.type === 'image') parts[at] = { type: 'image', url: piece.url };
      else if (piece.type === 'annotation') parts[at] = without(piece, 'choice');
      else hear(piece, at);
      return true;
    },
    settle: (call) => {
      const { part: at } = placeOf(call);
      parts[at] = call;
      unsettled.delete(at);
    },
    dropUnsettled: () => {
      const some = unsettled.size > 0;
      for (const at of unsettled) parts[at] = undefined;
      unsettled.clear();
      return some;
    },
    read: () => {
      for (const at of stale) {
        const part = parts[at];
        const list = details.of(at);
        if (part?.type === 'reasoning' && list !== undefined) parts[at] = { ...part, details: list };
      }
      stale.clear();
      return parts.filter((part) => part !== undefined);
    },
  };
};

/** A call that is still being written, in the form of one that must not be run. */
const runningCall = ({ choice, callId, draft: { id, name, args, extra } }: KeptCall, index: number): ToolCallEvent => ({
  type: 'tool_call',
  choice,
  index,
  ...(id !== undefined && { id }),
  callId,
  name,
  args,
  ...(extra && { extra: { ...extra } }),
  inputError: { message: 'the call is not whole yet' },
  complete: false,
});

const spokenPart = (before: SpokenPart | undefined, event: AudioDeltaEvent, data: string): SpokenPart => {
  const id = before?.id ?? event.id;
  const expiresAt = event.expiresAt ?? before?.expiresAt;
  const words = (before?.transcript ?? '') + (event.transcript ?? '');
  return {
    type: 'audio',
    ...(id !== undefined && { id }),
    data,
    ...(words !== '' && { transcript: words }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
};

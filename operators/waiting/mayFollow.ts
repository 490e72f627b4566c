import type { DeltaEvent } from './DeltaEvent.ts';

/** Whether two pieces of one part, the second right after the first, mean the same when they come as one. */
export const mayFollow = (last: DeltaEvent, piece: DeltaEvent): boolean => {
  switch (piece.type) {
    case 'tool_call_delta':
      // Where a name comes again, or something begins behind the end of an object, another call may begin.
      return (piece.name ?? '') === '' && piece.extra === undefined && !(mayEndObject(last.delta) && (hasId(piece) || mayBeginObject(piece.delta)));
    case 'audio_delta':
      // Base64 goes on only where the piece before it is whole groups of four, with no filling.
      return last.delta.length % 4 === 0 && !last.delta.endsWith('=');
    default:
      return true;
  }
};

const hasId = ({ id }: { readonly id?: string }): boolean => (id ?? '') !== '';

/** In a piece of blanks, the last visible character is another piece's. */
const mayEndObject = (delta: string): boolean => {
  const visible = delta.trimEnd();
  return visible === '' || visible.endsWith('}');
};

const mayBeginObject = (delta: string): boolean => delta.trimStart().startsWith('{');

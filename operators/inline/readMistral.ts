import { callsIn } from './callsIn.ts';
import type { MarkupReader } from './MarkupReader.ts';

/** `[TOOL_CALLS][{"name":"f","arguments":{}}]`, or in later templates `[TOOL_CALLS]f[ARGS]{}`, which may name an id, too. */
export const readMistral: MarkupReader['read'] = function* (input, found) {
  if ((yield* input.peek()) === '[') {
    callsIn((yield* input.json()) ?? '').forEach(found);
    return;
  }
  const name = yield* input.word();
  const id = (yield* input.literal('[CALL_ID]')) ? yield* input.word() : '';
  yield* input.literal('[ARGS]');
  yield* input.blanks();
  if ((yield* input.peek()) !== '{') return;
  const args = yield* input.json();
  if (args !== undefined) found({ name, ...(id !== '' && { id }), args });
};

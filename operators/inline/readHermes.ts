import { callsIn } from './callsIn.ts';
import type { MarkupReader } from './MarkupReader.ts';

/** `<tool_call>{"name":"f","arguments":{}}</tool_call>`: Hermes, Qwen 2.5 and 3, and many templates after them. */
export const readHermes: MarkupReader['read'] = function* (input, found) {
  const json = yield* input.json();
  if (json === undefined) return;
  yield* input.blanks();
  if (yield* input.literal('</tool_call>')) callsIn(json).forEach(found);
};

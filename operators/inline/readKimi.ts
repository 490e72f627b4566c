import type { MarkupInput, Reading } from './MarkupInput.ts';
import type { Found, MarkupReader } from './MarkupReader.ts';

/** `<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}<|tool_call_end|>`, any number of them in a section: Kimi K2. */
export const readKimi: MarkupReader['read'] = function* (input, found) {
  let calls = 0;
  while (yield* input.literal('<|tool_call_begin|>')) {
    if (!(yield* readKimiCall(input, found))) return;
    calls += 1;
    yield* input.blanks();
  }
  if (calls > 0 && (yield* input.literal('<|tool_calls_section_end|>'))) input.drop();
};

/** One call, from behind `<|tool_call_begin|>`; says whether it was one. */
export function* readKimiCall(input: MarkupInput, found: Found): Reading<boolean> {
  yield* input.blanks();
  const id = yield* input.word();
  yield* input.blanks();
  const name = id.replace(/^functions\./, '').replace(/:\d+$/, '');
  if (name === '' || !(yield* input.literal('<|tool_call_argument_begin|>'))) return false;
  const args = yield* input.until('<|tool_call_end|>');
  found({ name, id, args: args.trim() });
  return true;
}

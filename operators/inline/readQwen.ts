import type { MarkupReader } from './MarkupReader.ts';

/** `<tool_call><function=f><parameter=k>v</parameter></function></tool_call>`: Qwen 3 Coder, with or without the outer tag. */
export const readQwen: MarkupReader['read'] = function* (input, found) {
  if (!(yield* input.literal('<function='))) return;
  yield* readQwenFunction(input, found);
};

/** The same from behind `<function=`. */
export const readQwenFunction: MarkupReader['read'] = function* (input, found) {
  const name = yield* input.word();
  if (name === '' || !(yield* input.literal('>'))) return;
  const args = new Map<string, string>();
  yield* input.blanks();
  while (yield* input.literal('<parameter=')) {
    const key = yield* input.word();
    if (key === '' || !(yield* input.literal('>'))) return;
    // The template puts each value on lines of its own.
    args.set(key, (yield* input.until('</parameter>')).replace(/^\n/, '').replace(/\n$/, ''));
    yield* input.blanks();
  }
  if (!(yield* input.literal('</function>'))) return;
  found({ name, args });
  yield* input.blanks();
  if (yield* input.literal('</tool_call>')) input.drop();
};

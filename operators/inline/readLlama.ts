import { callsIn } from './callsIn.ts';
import type { MarkupReader } from './MarkupReader.ts';

/** `<|python_tag|>{"name":"f","parameters":{}}; {…}`: Llama 3.1 to 3.3. Code after the tag stays text. */
export const readLlama: MarkupReader['read'] = function* (input, found) {
  do {
    yield* input.blanks();
    const calls = callsIn((yield* input.json()) ?? '');
    if (calls.length === 0) return;
    calls.forEach(found);
    yield* input.blanks();
  } while (yield* input.literal(';'));
  if ((yield* input.literal('<|eom_id|>')) || (yield* input.literal('<|eot_id|>'))) input.drop();
};

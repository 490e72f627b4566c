import type { MarkupReader } from './MarkupReader.ts';

/**
 * `<｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜>`, any number of them in a block: DeepSeek V3.1. V3 and R1 have
 * `function` for the name, and the name and a fenced block of JSON for the arguments.
 */
export const readDeepSeek: MarkupReader['read'] = function* (input, found) {
  let calls = 0;
  while (yield* input.literal('<｜tool▁call▁begin｜>')) {
    yield* input.blanks();
    const head = yield* input.word();
    if (head === '' || !(yield* input.literal('<｜tool▁sep｜>'))) return;
    const body = (yield* input.until('<｜tool▁call▁end｜>')).trim();
    const fence = head === 'function' && body.endsWith('```') ? body.indexOf(FENCE) : -1;
    if (fence > 0) found({ name: body.slice(0, fence).trim(), args: body.slice(fence + FENCE.length, -3).trim() });
    else found({ name: head, args: body });
    calls += 1;
    yield* input.blanks();
  }
  if (calls > 0 && (yield* input.literal('<｜tool▁calls▁end｜>'))) input.drop();
};

const FENCE = '\n```json';

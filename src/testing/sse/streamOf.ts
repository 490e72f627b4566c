import { frame } from './frame.ts';

/**
 * The body of a whole streamed answer: each chunk in a frame of its own, `[DONE]` at the end, UTF-8. A body without `[DONE]`
 * is the plain sum of frames: `frame(first) + frame(second)`.
 *
 * @example
 * import { chunk, streamOf } from 'rx-completions/testing';
 *
 * const bytes = streamOf(chunk({ text: 'Hello' }), chunk({ finish: 'stop' }));
 */
export const streamOf = (...chunks: readonly (object | string)[]): Uint8Array =>
  new TextEncoder().encode([...chunks, '[DONE]'].map((each) => frame(each)).join(''));

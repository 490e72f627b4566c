import type { Arbitrary } from 'fast-check';
import type { FastCheck } from './FastCheck.ts';

/** What readers of streams have stumbled over: pairs and joined emoji, line ends of other worlds, tags, our own framing. */
const ODD = [
  ...['🙂', '👩‍👩‍👧', 'é', '\u2028', '\u2029', '\ufeff', '\u0000', '\n', '\r\n', '\r', '"', '\\', '\\u'],
  ...['<think>', '</think>', '<think>hm</think>', '<', '</', '<thi', 'nk>', 'a < b'],
  ...['[DONE]', 'data: ', ': ', '{"a":1}'],
] as const;

/** See `Arbitraries.texts`. */
export const texts = (fc: FastCheck): Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'grapheme', maxLength: 8 }), fc.lorem({ maxCount: 2 })), {
      maxLength: 10,
    })
    .map((parts) => parts.join(''));

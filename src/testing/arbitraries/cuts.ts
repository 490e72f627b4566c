import type { Arbitrary } from 'fast-check';
import { cutAt } from './cutAt.ts';
import type { FastCheck } from './FastCheck.ts';

/** Above this length, no run cuts after every byte: such a run would say nothing more and take long. */
const MAX_EVERY_BYTE = 4096;

/** See `Arbitraries.cuts`. */
export const cuts = (fc: FastCheck, bytes: Uint8Array): Arbitrary<readonly Uint8Array[]> => {
  const anywhere = fc.array(fc.nat({ max: bytes.length }), { maxLength: 24 }).map((places) => cutAt(bytes, places));
  if (bytes.length > MAX_EVERY_BYTE) return anywhere;
  const everywhere = fc.constant(cutAt(bytes, Array.from(bytes.keys()).slice(1)));
  return fc.oneof({ weight: 8, arbitrary: anywhere }, { weight: 1, arbitrary: everywhere });
};

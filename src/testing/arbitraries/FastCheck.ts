// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- fast-check is an optional peer: without it, its types are `any`
/** @ts-ignore */
import type * as fastCheck from 'fast-check';

/** The fast-check a test uses; what stands here is its default export. */
export type FastCheck = (typeof fastCheck)['default'];

/** fast-check's arbitrary. */
export type Arbitrary<Value> = fastCheck.Arbitrary<Value>;

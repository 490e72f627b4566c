import type fc from 'fast-check';

/** The fast-check a test uses; what stands here is its default export. */
export type FastCheck = typeof fc;

import { configError } from '../errors/configError.ts';
import type { Draft } from './Draft.ts';
import { warn } from './Draft.ts';
import type { CacheControl } from './Part.ts';
import type { WireObject } from './WireObject.ts';

/** A cache mark as the wire wants it, `undefined` where there is none. */
export const wireCacheControl = (
  mark: CacheControl | undefined,
  path: string,
  draft: Draft,
): WireObject | undefined => {
  // History may hold `false` or `null` for "no mark".
  if (!isMark(mark)) return undefined;
  draft.cacheMarks += 1;
  if (draft.cacheMarks === MAX_MARKS + 1)
    warn(draft, 'cache_marks', `more than ${MAX_MARKS} cache marks; Anthropic's models refuse a fifth`);
  if (mark === true || mark === 'ephemeral') return { type: 'ephemeral' };
  const { type, ttl }: { type?: unknown; ttl?: string } = mark;
  if (type === 'ephemeral') return { type, ttl };
  throw configError(`\`${path}.cacheControl\` must be true, 'ephemeral' or { type: 'ephemeral', ttl }`);
};

const MAX_MARKS = 4;

/** Whether a mark is set at all. */
export const isMark = (mark: CacheControl | undefined): mark is CacheControl => Boolean(mark);

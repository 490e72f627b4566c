import { configError } from '../errors/configError.ts';
import type { Draft } from './Draft.ts';
import { warn } from './Draft.ts';

/**
 * Encodes a value as JSON any server can decode. JavaScript writes half a surrogate pair (an emoji cut in two) as an escape
 * for which many servers refuse the whole request; it becomes U+FFFD, with a `lone_surrogate` warning.
 */
export const toJson = (value: unknown, path: string, draft: Draft): string => {
  const text = encode(value, path);
  if (!text.includes('\\ud')) return text;
  const wellFormed = text.replace(ESCAPES, (escape) => (escape === '\\\\' ? escape : '\ufffd'));
  if (wellFormed !== text) warn(draft, 'lone_surrogate', `${path} held half a surrogate pair, sent as U+FFFD`);
  return wellFormed;
};

/** Escaped backslashes are matched to be passed over: `\\ud83d` is text about an escape, not an escape. */
const ESCAPES = /\\(?:\\|ud[89a-f][0-9a-f]{2})/g;

const encode = (value: unknown, path: string): string => {
  // A function or a symbol has no JSON, whatever the type of `stringify` says.
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A cycle or a BigInt; the engine's message would repeat the caller's property names.
  }
  if (text === undefined) throw configError(`${path} cannot be written as JSON`);
  return text;
};

import { configError } from '../errors/configError.ts';
import type { Draft } from './Draft.ts';
import { expectParts, expectString } from './expectField.ts';
import type { TextPart } from './Part.ts';
import { isMark, wireCacheControl } from './wireCacheControl.ts';
import type { WireObject } from './WireObject.ts';

/**
 * Content that can only be text: one string, because arrays of text confuse some models and servers, but parts where one
 * carries a cache mark.
 */
export const wireText = (
  content: string | readonly TextPart[],
  path: string,
  draft: Draft,
): string | readonly WireObject[] => {
  if (typeof content === 'string') return content;
  const parts = expectParts(content, path);
  parts.forEach((part: { readonly type: string }, index) => {
    if (part.type !== 'text') throw configError(`\`${path}[${index}]\` must be text: the wire has no other form here`);
  });
  if (parts.some((part) => isMark(part.cacheControl)))
    return parts.map((part, index) => wireTextPart(part, `${path}[${index}]`, draft));
  return parts.map((part, index) => expectString(part.text, `${path}[${index}].text`)).join('\n');
};

/** One text part, with its cache mark. */
export const wireTextPart = (part: TextPart, path: string, draft: Draft): WireObject => ({
  type: 'text',
  text: expectString(part.text, `${path}.text`),
  cache_control: wireCacheControl(part.cacheControl, path, draft),
});

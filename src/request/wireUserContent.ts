import { configError } from '../errors/configError.ts';
import { base64Of, dataUrl } from './base64Data.ts';
import type { UserMessage } from './Context.ts';
import type { Draft } from './Draft.ts';
import { expectName, expectParts } from './expectField.ts';
import type { AudioPart, FilePart, ImagePart, UserPart } from './Part.ts';
import { wireCacheControl } from './wireCacheControl.ts';
import { wireTextPart } from './wireText.ts';
import type { WireObject } from './WireObject.ts';

/** What a user says: a string where one unmarked text is all there is, which every endpoint takes; else parts. */
export const wireUserContent = (
  content: UserMessage['content'],
  path: string,
  draft: Draft,
): string | readonly WireObject[] => {
  if (typeof content === 'string') return content;
  const parts = expectParts(content, path).map((part, index) => wireUserPart(part, `${path}[${index}]`, draft));
  const [only, ...others] = parts;
  if (only === undefined) throw configError(`\`${path}\` must not be empty`);
  const plain = others.length === 0 && only['cache_control'] === undefined && only['text'];
  return typeof plain === 'string' ? plain : parts;
};

const wireUserPart = (part: UserPart, path: string, draft: Draft): WireObject => {
  switch (part.type) {
    case 'text':
      return wireTextPart(part, path, draft);
    case 'image':
      return {
        type: 'image_url',
        image_url: { url: imageUrl(part, path), detail: part.detail },
        cache_control: wireCacheControl(part.cacheControl, path, draft),
      };
    case 'file':
      return {
        type: 'file',
        file: fileOf(part, path, draft),
        cache_control: wireCacheControl(part.cacheControl, path, draft),
      };
    case 'audio':
      return { type: 'input_audio', input_audio: audioOf(part, path) };
    default:
      part satisfies never;
      throw configError(`\`${path}\` must have the type text, image, file or audio (such as { type: 'image', url })`);
  }
};

const imageUrl = (part: ImagePart, path: string): string => {
  if ((part.url === undefined) === (part.data === undefined))
    throw configError(`\`${path}\` must have either \`url\` or \`data\``);
  return part.url === undefined ? dataUrl(part.data, part.mimeType, path) : expectName(part.url, `${path}.url`);
};

const fileOf = (part: FilePart, path: string, draft: Draft): WireObject => {
  const { data, fileId, url, filename } = part;
  if ([data, fileId, url].filter((source) => source !== undefined).length !== 1)
    throw configError(`\`${path}\` must have one of \`data\`, \`fileId\` and \`url\``);
  if (fileId !== undefined) return { file_id: expectName(fileId, `${path}.fileId`), filename };
  if (url === undefined) return { file_data: dataUrl(data, part.mimeType, path), filename };
  if (draft.manners.openRouterParts) return { file_data: expectName(url, `${path}.url`), filename };
  throw configError(`\`${path}.url\` cannot be sent: only OpenRouter takes a file by its address`);
};

const audioOf = (part: AudioPart, path: string): WireObject => ({
  data: base64Of(part.data, `${path}.data`),
  format: expectName(part.format, `${path}.format`),
});

import { isArray, isObject, textOf, type JsonObject } from './json.ts';
import type { OddityTaker } from './OddityTaker.ts';

/** What a `content` field holds: text, and reasoning where the endpoint sends both as parts. */
export interface Content {
  text: string;
  reasoning: string;
  readonly images: string[];
}

/**
 * Reads `content` in each of its forms: text, nothing, a list of parts (`text`, `thinking`, `image_url`), or by mistake a
 * number or a boolean, which is taken as its text.
 */
export const readContent = (content: unknown, told: OddityTaker): Content => {
  const found: Content = { text: '', reasoning: '', images: [] };
  if (isArray(content)) for (const part of content) addPart(found, part);
  else if (isObject(content)) addPart(found, content);
  else if (typeof content === 'number' || typeof content === 'boolean') {
    found.text = String(content);
    told.odd('content_not_text', `content is a ${typeof content}, taken as text`);
  }
  return found;
};

const addPart = (found: Content, part: unknown): void => {
  if (typeof part === 'string') found.text += part;
  if (!isObject(part)) return;
  const type = part['type'];
  if (type === 'thinking' || type === 'reasoning') found.reasoning += textIn(part['thinking'] ?? part['reasoning'] ?? part['text']);
  else if (type === 'image_url') {
    const url = urlOf(part);
    if (url !== undefined) found.images.push(url);
  } else found.text += textIn(part['text'] ?? part['content']);
};

/** Text, or the texts of a list of parts: `thinking` is itself a list of them. */
const textIn = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (!isArray(value)) return '';
  return value.map((part) => (typeof part === 'string' ? part : isObject(part) ? (textOf(part['text']) ?? '') : '')).join('');
};

/** The address in `{"image_url": {"url": …}}` or `{"image_url": "…"}`. */
export const urlOf = (part: JsonObject): string | undefined =>
  isObject(part['image_url']) ? textOf(part['image_url']['url']) : (textOf(part['image_url']) ?? textOf(part['url']));

import { parseJson, textOf } from './json.ts';

const NAMES = ['"message"', '"msg"', '"error"', '"detail"'] as const;

/**
 * The message in JSON that is cut off and so cannot be parsed: the first whole text under one of the usual names. The rest is
 * never repeated, since validators echo the request they refuse, prompt and all.
 */
export const cutJsonMessage = (json: string): string | undefined => {
  for (const name of NAMES) {
    for (let at = json.indexOf(name); at !== -1; at = json.indexOf(name, at + name.length)) {
      const text = textAfter(json, at + name.length);
      if (text !== undefined) return text;
    }
  }
  return undefined;
};

/** The JSON text behind a colon; nothing where something else stands there, or where the text is cut off itself. */
const textAfter = (json: string, from: number): string | undefined => {
  const open = skipBlanks(json, from);
  if (json[open] !== ':') return undefined;
  const start = skipBlanks(json, open + 1);
  if (json[start] !== '"') return undefined;
  let end = start + 1;
  while (end < json.length && json[end] !== '"') end += json[end] === '\\' ? 2 : 1;
  return textOf(parseJson(json.slice(start, end + 1)));
};

const skipBlanks = (json: string, from: number): number => {
  let at = from;
  while (at < json.length && (json.charCodeAt(at) === 32 || (json.charCodeAt(at) >= 9 && json.charCodeAt(at) <= 13))) at += 1;
  return at;
};

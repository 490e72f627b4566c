import type { ResponseHead } from './ResponseHead.ts';

/** Header values as dispatchers hand them over. */
export type RawHeaders = Readonly<Record<string, unknown>>;

/** Brings a response's head into one form, whichever dispatcher it comes from. */
export const toResponseHead = (status: number, headers: RawHeaders): ResponseHead => ({
  status,
  headers: hasOneForm(headers) ? headers : inOneForm(headers),
});

/** Whether names are in lower case and values are texts, as undici has them unless one is repeated. */
const hasOneForm = (headers: RawHeaders): headers is ResponseHead['headers'] => {
  for (const name in headers) if (typeof headers[name] !== 'string' || hasUpperCase(name)) return false;
  return true;
};

const hasUpperCase = (name: string): boolean => {
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code > 127 || (code >= 65 && code <= 90)) return true;
  }
  return false;
};

const inOneForm = (headers: RawHeaders): ResponseHead['headers'] => {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const text = textOf(value);
    if (text !== undefined) texts.set(name.toLowerCase(), text);
  }
  return Object.fromEntries(texts);
};

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  // Headers are bytes of ISO 8859-1 on the wire.
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (!Array.isArray(value)) return undefined;
  return value
    .map(textOf)
    .filter((part) => part !== undefined)
    .join(', ');
};

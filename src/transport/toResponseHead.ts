import type { ResponseHead } from './ResponseHead.ts';

/** Header values as dispatchers hand them over. */
export type RawHeaders = Readonly<Record<string, unknown>>;

/** Brings a response's head into one form, whichever dispatcher it comes from. */
export const toResponseHead = (status: number, headers: RawHeaders): ResponseHead => {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const text = textOf(value);
    if (text !== undefined) texts.set(name.toLowerCase(), text);
  }
  return { status, headers: Object.fromEntries(texts) };
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

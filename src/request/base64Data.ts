import { configError } from '../errors/configError.ts';

/** Bytes as base64; a string is taken for base64 already. */
export const base64Of = (data: unknown, path: string): string => {
  if (data instanceof Uint8Array) return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  if (typeof data === 'string' && data !== '') return data;
  throw configError(`\`${path}\` must be base64 or bytes`);
};

/** Data as a data URL; what is one already stays as it is. */
export const dataUrl = (data: unknown, mimeType: string | undefined, path: string): string => {
  const base64 = base64Of(data, `${path}.data`);
  if (base64.startsWith('data:')) return base64;
  const type = mimeType ?? SIGNATURES.find(([start]) => base64.startsWith(start))?.[1];
  if (type === undefined) throw configError(`\`${path}.mimeType\` must be given with \`data\``);
  return `data:${type};base64,${base64}`;
};

/** How the first bytes of a format look in base64. */
const SIGNATURES: readonly (readonly [start: string, mimeType: string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['JVBERi0', 'application/pdf'],
];

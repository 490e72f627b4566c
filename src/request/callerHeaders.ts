import { configError } from '../errors/configError.ts';
import { invalidCharacterAt } from './invalidCharacterAt.ts';

/**
 * The caller's headers as one record with lower-case names; a later set wins over an earlier one. A value is never
 * repeated in an error.
 */
export const callerHeaders = (
  ...sets: readonly (Readonly<Record<string, string>> | undefined)[]
): Record<string, string> => {
  const merged: Record<string, string> = {};
  for (const set of sets) {
    if (set === undefined) continue;
    for (const [name, value] of Object.entries(set)) merged[checkedName(name)] = checkedValue(name, value);
  }
  return merged;
};

/** Whether the caller's headers already authorise the call, be it in a gateway's own way. */
export const authorizes = (headers: Readonly<Record<string, string>>): boolean =>
  AUTHORIZING.some((name) => Object.hasOwn(headers, name));

const AUTHORIZING = ['authorization', 'api-key', 'x-api-key'] as const;

/** They frame the message; a wrong one lets one request smuggle in another. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const checkedName = (name: string): string => {
  const index = name.search(/[^!#$%&'*+.^`|~\w-]/);
  if (index >= 0 || name === '')
    throw configError(`a header name contains an invalid character at index ${Math.max(index, 0)}`);
  const lower = name.toLowerCase();
  if (FRAMING.has(lower)) throw configError(`header \`${lower}\` is set by the transport`);
  return lower;
};

const checkedValue = (name: string, value: unknown): string => {
  if (typeof value !== 'string') throw configError(`header \`${name}\` must be a string`);
  const trimmed = value.trim();
  if (trimmed === '') throw configError(`header \`${name}\` is blank: is its variable set?`);
  const index = invalidCharacterAt(trimmed);
  if (index === undefined) return trimmed;
  throw configError(`header \`${name}\` contains an invalid character at index ${value.indexOf(trimmed) + index}`);
};

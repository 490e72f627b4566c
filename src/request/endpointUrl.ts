import type { CompletionError } from '../errors/CompletionError.ts';
import { configError } from '../errors/configError.ts';

/**
 * The address a call is posted to. A path ending in `/chat/completions` stays as it is, one ending in `/v1` gets
 * `/chat/completions` appended, any other stays as it is; the query string is kept. No message repeats the address:
 * whoever pastes credentials into it must not find them in a log.
 */
export const endpointUrl = (baseUrl: unknown): URL => {
  if (typeof baseUrl !== 'string' || baseUrl.trim() === '') throw refused('must be a non-empty string');
  const url = parse(baseUrl.trim());
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('must begin with https:// or http://');
  if (url.username !== '' || url.password !== '')
    throw refused('must not contain credentials; use `apiKey` or `headers`');
  if (url.hash !== '') throw refused('must not contain a fragment');
  const path = url.pathname.replace(/\/+$/, '');
  if (path.endsWith(`${COMPLETIONS}${COMPLETIONS}`)) throw refused(`must contain ${COMPLETIONS} only once`);
  if (path.endsWith(COMPLETIONS)) url.pathname = path;
  else if (path.endsWith('/v1')) url.pathname = path + COMPLETIONS;
  return url;
};

const COMPLETIONS = '/chat/completions';

const parse = (address: string): URL => {
  try {
    return new URL(address);
  } catch {
    // The error of `URL` holds the address, so it is no cause.
    throw refused('must be an address that begins with https:// or http://');
  }
};

const refused = (why: string): CompletionError => configError(`Model \`baseUrl\` ${why}`);

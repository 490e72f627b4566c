import { CompletionError } from '../errors/CompletionError.ts';
import { configError } from '../errors/configError.ts';
import { redact } from '../errors/redact.ts';
import { invalidCharacterAt } from './invalidCharacterAt.ts';
import { isHost } from './isHost.ts';
import { isLoopback } from './isLoopback.ts';

/** Which of the two calls is made: it decides which environment key may be used. */
export type CallKind = 'openrouter' | 'openai';

/** A key, a function that gives one (asked again for every attempt, so keys can rotate), or `null` for no key at all. */
export type ApiKey = string | (() => string | Promise<string>) | null;

/** The environment, as `process.env` shows it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the choice of a key depends on. */
export interface KeyQuestion {
  readonly kind: CallKind;
  readonly provider: string;
  readonly hostname: string;
  /** Whether the call goes out over https. */
  readonly encrypted: boolean;
  readonly apiKey: ApiKey | undefined;
  /** The caller's headers already carry what authorises the call. */
  readonly authorized: boolean;
}

/**
 * The key of one call: the caller's own, else the one in the environment, which is only ever sent to its vendor's host.
 * `undefined` where none is needed. A promise only when the caller's function gives one.
 */
export const resolveApiKey = (
  { kind, provider, hostname, encrypted, apiKey, authorized }: KeyQuestion,
  environment: Environment = process.env,
): string | undefined | Promise<string> => {
  if (typeof apiKey === 'string') return checked(apiKey);
  if (typeof apiKey === 'function') return asked(apiKey);
  if (apiKey === null || authorized || isLoopback(hostname)) return undefined;
  const vendor = vendorOf(kind, provider);
  if (vendor === undefined)
    throw configError(`no API key for ${hostname}: pass \`options.apiKey\`, or null for an endpoint that needs none`);
  const { variable, host } = vendor;
  if (!isHost(hostname, host))
    throw configError(
      `${variable} is only sent to ${host}: pass \`options.apiKey\` for ${hostname}, or null for no key`,
    );
  if (!encrypted) throw configError(`${variable} is only sent over https: correct \`baseUrl\``);
  const key = environment[variable];
  if (key === undefined || key.trim() === '')
    throw configError(`no API key for ${hostname}: neither \`options.apiKey\` nor ${variable} is set`);
  return checked(key, variable);
};

interface Vendor {
  readonly variable: string;
  readonly host: string;
}

const OPENROUTER: Vendor = { variable: 'OPENROUTER_API_KEY', host: 'openrouter.ai' };
const OPENAI: Vendor = { variable: 'OPENAI_API_KEY', host: 'api.openai.com' };

const vendorOf = (kind: CallKind, provider: string): Vendor | undefined => {
  const label = provider.trim().toLowerCase();
  if (kind === 'openrouter' || label === 'openrouter') return OPENROUTER;
  return label === 'openai' ? OPENAI : undefined;
};

const asked = (source: () => string | Promise<string>): string | Promise<string> => {
  try {
    const key = source();
    return typeof key === 'object' ? Promise.resolve(key).then(checked, failed) : checked(key);
  } catch (error) {
    return failed(error);
  }
};

/** The caller's error is told, not kept as a cause: what a key store throws may hold the key. */
const failed = (error: unknown): never => {
  if (error instanceof CompletionError) throw error;
  throw configError(`\`options.apiKey\` failed: ${redact(error instanceof Error ? error.message : 'no reason given')}`);
};

const checked = (key: unknown, name = '`options.apiKey`'): string => {
  if (typeof key !== 'string') throw configError(`${name} must be a string, and its function must give one`);
  // A key copied together with its scheme would go out as `Bearer Bearer …`.
  const trimmed = key.trim().replace(/^Bearer\s+/i, '');
  if (trimmed === '') throw configError(`${name} is blank: is its variable set? null means that the endpoint needs no key`);
  const index = invalidCharacterAt(trimmed);
  if (index !== undefined)
    throw configError(`apiKey contains an invalid character at index ${key.indexOf(trimmed) + index}`);
  return trimmed;
};

import { redact, type Confidential } from '../errors/redact.ts';

/** What is worth knowing of an error that is not ours. */
export interface ErrorTraits {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** Reads an error's name, code and message, whatever was thrown. */
export const traitsOf = (thrown: unknown): ErrorTraits => {
  const said = (key: string): string => {
    const value: unknown = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, key) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return { name: said('name') || 'Error', code: said('code'), message: said('message') };
};

/**
 * A small copy of a foreign error, fit to be a `cause`: its name, code and redacted message. The original may hold the
 * request with its headers and its body, or bytes of the response.
 */
export const sanitizeCause = (thrown: unknown, confidential: Confidential): Error => {
  const { name, code, message } = traitsOf(thrown);
  const copy = new Error(redact(message.replace(URL_CREDENTIALS, '//***@'), confidential));
  copy.name = name;
  copy.stack = `${name}: ${copy.message}`;
  return code === '' ? copy : Object.assign(copy, { code });
};

const URL_CREDENTIALS = /\/\/[^/\s@]*@/g;

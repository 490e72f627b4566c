import { maskEchoes } from './maskEchoes.ts';

/** The longest text of an endpoint that is repeated in an error, in UTF-16 units. */
export const MAX_ECHO_CHARS = 512;

/** What must not be repeated of a call. */
export interface Confidential {
  /** The values known to be secret: the key, what headers carry. */
  readonly secrets?: readonly string[];
  /** What the messages say; asked for only when there is an error. */
  readonly prompt?: () => readonly string[];
}

/**
 * Makes text an endpoint sent fit to be repeated in an error: secrets and the caller's own messages masked, control characters
 * removed (they could steer a terminal), cut at `MAX_ECHO_CHARS`.
 */
export const redact = (text: string, confidential: Confidential = {}): string => {
  // Cut generously first: masking must not cost more than the excerpt it protects.
  const shown = mask(text.slice(0, 4 * MAX_ECHO_CHARS), confidential)
    .replace(KEY_SHAPES, '***')
    .replace(CONTROL_CHARACTERS, ' ')
    .trim();
  return shown.length > MAX_ECHO_CHARS ? `${shown.slice(0, MAX_ECHO_CHARS - 1)}…` : shown;
};

/** Masks what is known to be confidential, and nothing else. */
export const mask = (text: string, { secrets = [], prompt }: Confidential): string => {
  let shown = text;
  // The longest first: one may begin with another, and the rest of it would be left.
  const inOrder = [...secrets].sort((a, b) => b.length - a.length);
  for (const secret of inOrder) if (secret.length >= 4) shown = withoutCutSecret(shown.split(secret).join('***'), secret);
  return prompt === undefined ? shown : maskEchoes(shown, prompt);
};

/** Where the text was cut within a secret, its end is the beginning of one; masked secrets before it may bring it into view. */
const withoutCutSecret = (text: string, secret: string): string => {
  for (let length = Math.min(secret.length - 1, text.length); length >= 4; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}***`;
  }
  return text;
};

/** Keys as the vendors write them, also those half-masked by the endpoint itself, and bearer tokens. */
const KEY_SHAPES =
  /\b(?:sk|pk|rk|gsk|xai|hf|cpk|fw|nvapi|pplx|csk|AIza)[-_][A-Za-z0-9*_.-]{6,}|\bAIza[A-Za-z0-9_-]{10,}|\bBearer\s+[^\s"',;]+/g;

const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

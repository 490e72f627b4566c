/** The longest text of an endpoint that is repeated in an error, in UTF-16 units. */
export const MAX_ECHO_CHARS = 512;

/**
 * Makes text an endpoint sent fit to be repeated in an error: secrets masked, control characters removed (they could steer
 * a terminal), cut at `MAX_ECHO_CHARS`. `secrets` are the values known to be secret in this call.
 */
export const redact = (text: string, secrets: readonly string[] = []): string => {
  // Cut generously first: masking must not cost more than the excerpt it protects.
  let shown = text.slice(0, 4 * MAX_ECHO_CHARS);
  for (const secret of secrets) if (secret.length >= 4) shown = withoutCutSecret(shown.split(secret).join('***'), secret);
  shown = shown
    .replace(KEY_SHAPES, '***')
    .replace(CONTROL_CHARACTERS, ' ')
    .trim();
  return shown.length > MAX_ECHO_CHARS ? `${shown.slice(0, MAX_ECHO_CHARS - 1)}…` : shown;
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

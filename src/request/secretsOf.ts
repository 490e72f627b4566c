/**
 * The values of one call that must never appear in an error: the key, what the caller's headers carry, and what the
 * address carries in its query.
 */
export const secretsOf = (
  key: string | undefined,
  headers: Readonly<Record<string, string>>,
  queried: readonly string[],
): readonly string[] => {
  const secrets = key === undefined ? [...queried] : [key, ...queried];
  for (const [name, value] of Object.entries(headers)) {
    if (value.length <= 7 && !SENSITIVE.test(name)) continue;
    secrets.push(value);
    // An endpoint may repeat the credentials without their scheme.
    const credentials = /^(?:bearer|basic)\s+(\S+)$/i.exec(value)?.[1];
    if (credentials !== undefined) secrets.push(credentials);
  }
  return secrets;
};

/** Names of what must not be seen. */
export const SENSITIVE: RegExp = /key|token|secret|signature|^sig$|password|auth|cookie/i;

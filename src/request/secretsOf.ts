/**
 * The values of one call that must never appear in an error: the key, what the caller's headers carry, and what the
 * address carries under a name that sounds like a secret.
 */
export const secretsOf = (
  key: string | undefined,
  headers: Readonly<Record<string, string>>,
  url: URL,
): readonly string[] => {
  const secrets = key === undefined ? [] : [key];
  for (const [name, value] of Object.entries(headers)) {
    if (value.length <= 7 && !SENSITIVE.test(name)) continue;
    secrets.push(value);
    // An endpoint may repeat the credentials without their scheme.
    const credentials = /^(?:bearer|basic)\s+(\S+)$/i.exec(value)?.[1];
    if (credentials !== undefined) secrets.push(credentials);
  }
  if (url.search !== '') for (const [name, value] of url.searchParams) if (SENSITIVE.test(name)) secrets.push(value);
  return secrets;
};

const SENSITIVE = /key|token|secret|signature|^sig$|password|auth|cookie/i;

/**
 * Whether a host is a domain or lies under it. Never a search in the address: `openrouter.ai.evil.com` and
 * `/proxy/openrouter.ai` are somebody else.
 */
export const isHost = (host: string, ...domains: readonly string[]): boolean =>
  domains.some((domain) => host === domain || host.endsWith(`.${domain}`));

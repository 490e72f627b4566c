import type { Model } from '../model/Model.ts';
import { endpointUrl } from './endpointUrl.ts';
import { COMMON_MANNERS, hostManners } from './hostManners.ts';
import { isLoopback } from './isLoopback.ts';
import type { Manners } from './Manners.ts';
import { SENSITIVE } from './secretsOf.ts';

/** Where calls are posted to, and all that follows from it alone. All calls of a model have the same one. */
export interface Address {
  /** As the model has it. */
  readonly baseUrl: string;
  readonly href: string;
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly pathname: string;
  /** With the port, where it is told. */
  readonly host: string;
  readonly hostname: string;
  readonly isEncrypted: boolean;
  readonly isLoopback: boolean;
  /** What the host is known to want. */
  readonly manners: Manners;
  /** What the query carries under a name that sounds like a secret. */
  readonly secrets: readonly string[];
}

/** Hangs on the caller's own objects: what they forget is forgotten here. */
const known = new WeakMap<Model, Address>();

/** The address of a model's calls. Taking it apart is a third of making a request, so that is done once. */
export const addressOf = (model: Model): Address => {
  // Read once: a getter may say something else each time.
  const { baseUrl } = model;
  const before = known.get(model);
  // Nothing forbids to point a model elsewhere.
  if (before !== undefined && before.baseUrl === baseUrl) return before;
  const address = readAddress(endpointUrl(baseUrl), baseUrl);
  known.set(model, address);
  return address;
};

/** What an address says; `baseUrl` is how the model spells it. */
export const readAddress = (url: URL, baseUrl: string): Address => ({
  baseUrl,
  href: url.href,
  origin: url.origin,
  path: url.pathname + url.search,
  pathname: url.pathname,
  host: url.host,
  hostname: url.hostname,
  isEncrypted: url.protocol === 'https:',
  isLoopback: isLoopback(url.hostname),
  manners: { ...COMMON_MANNERS, ...hostManners(url.hostname) },
  secrets: [...url.searchParams].filter(([name]) => SENSITIVE.test(name)).map(([, value]) => value),
});

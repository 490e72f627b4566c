import { CompletionError } from '../errors/CompletionError.ts';
import { describeFailure } from '../errors/describeFailure.ts';
import { redact } from '../errors/redact.ts';
import type { HttpRequest } from '../request/HttpRequest.ts';
import type { ResponseHead } from './ResponseHead.ts';

/**
 * The error for a redirect. It names the origin redirected to and no more: a path, a query and credentials may hold secrets.
 */
export const redirectError = ({ status, headers }: ResponseHead, request: HttpRequest): CompletionError => {
  const { address, endpoint } = request;
  const details = { phase: 'headers', status, endpoint } as const;
  const target = originOf(headers['location'], address.href, request);
  const sentence = describeFailure('redirect', details);
  return new CompletionError('redirect', {
    ...details,
    message: target === undefined ? sentence : sentence.replace(', which', ` to ${target}, which`),
  });
};

const originOf = (location: string | undefined, base: string, { secrets, prompt }: HttpRequest): string | undefined => {
  if (location === undefined || !URL.canParse(location, base)) return undefined;
  const { origin } = new URL(location, base);
  if (origin === 'null') return undefined;
  // Names of hosts are written small.
  const inHosts = secrets.map((secret) => secret.toLowerCase());
  return redact(origin.slice(0, 256), { secrets: [...secrets, ...inHosts], ...(prompt && { prompt }) });
};

import { CompletionError, type CompletionErrorDetails } from '../errors/CompletionError.ts';
import type { CompletionErrorCode } from '../errors/CompletionErrorCode.ts';
import { describeFailure } from '../errors/describeFailure.ts';
import type { HttpRequest } from '../request/HttpRequest.ts';
import { sanitizeCause, traitsOf, type ErrorTraits } from './sanitizeCause.ts';

/** How far an exchange had come when it failed. */
export type ExchangePhase = 'connect' | 'headers' | 'body';

/** Says in this package's words what undici, the sockets or the system said. */
export const toNetworkError = (
  thrown: unknown,
  phase: ExchangePhase,
  request: Pick<HttpRequest, 'endpoint' | 'secrets' | 'prompt'>,
): CompletionError => {
  const telling = tellingError(thrown);
  const traits = traitsOf(telling);
  const { code, reason = traits.code, ...rest } = verdictOn(traits, phase);
  const details = { phase, endpoint: request.endpoint, ...rest, cause: sanitizeCause(telling, request) };
  const sentence = describeFailure(code, details);
  return new CompletionError(code, { ...details, message: reason === '' ? sentence : `${sentence} (${reason})` });
};

interface Verdict extends Pick<CompletionErrorDetails, 'retryable' | 'which' | 'phase'> {
  readonly code: CompletionErrorCode;
  /** Shown behind the sentence in place of the system's error code. */
  readonly reason?: string;
}

const verdictOn = ({ name, code, message }: ErrorTraits, phase: ExchangePhase): Verdict => {
  if (TLS_CODES.test(code)) return { code: 'tls', phase: 'connect' };
  const proxyStatus = PROXY_REFUSAL.exec(message)?.[1];
  if (proxyStatus !== undefined)
    return { code: 'connect', retryable: Number(proxyStatus) >= 500, reason: `the proxy answered ${proxyStatus}` };
  if (MISUSE_CODES.has(code)) return { code: 'config', phase: 'config' };
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return { code: 'timeout', which: 'headers' };
  if (code === 'UND_ERR_BODY_TIMEOUT') return { code: 'timeout', which: 'idle' };
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return { code: 'limit' };
  // The endpoint, or something in front of it, does not speak HTTP: the same call would meet the same. A body that ends
  // within a chunk is reported by the parser too, but that is a lost connection.
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || BAD_RESPONSE.test(message)) return { code: 'unexpected_content' };
  if (name === 'HTTPParserError' && !message.includes('EOF')) return { code: 'unexpected_content' };
  if (phase === 'body' && isEarlyEnd(code, name, message)) return { code: 'truncated' };
  if (phase !== 'connect') return { code: 'connection_lost' };
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return { code: 'config', phase: 'config' };
  return { code: 'connect', retryable: code !== 'ENOTFOUND' };
};

/** The other side ended the body in good order and too soon: without its last chunk, or with less than it announced. */
const isEarlyEnd = (code: string, name: string, message: string): boolean =>
  name === 'HTTPParserError' ||
  code === 'Z_BUF_ERROR' ||
  code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
  (code === 'UND_ERR_SOCKET' && message.includes('other side closed'));

/** OpenSSL's verdicts on a certificate have codes without a common prefix. */
const TLS_CODES =
  /^(?:ERR_SSL|ERR_TLS|UND_ERR_PRX_TLS|EPROTO|CERT|CRL|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|INVALID_|PATH_LENGTH|HOSTNAME_)/;

/** undici has no code of its own for a proxy that refuses. */
const PROXY_REFUSAL = /^Proxy (?:response|Authentication Required) \((\d{3})\)/;

const BAD_RESPONSE = /^bad (?:response|upgrade)$/;

const MISUSE_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_MAX_ORIGINS_REACHED',
  'UND_MOCK_ERR_MOCK_NOT_MATCHED',
]);

/** The error that says most: wrappers and `AggregateError`s often carry no code or no message of their own. */
const tellingError = (thrown: unknown): unknown =>
  chainOf(thrown).find((error) => {
    const { code, message } = traitsOf(error);
    return code !== '' && message !== '';
  }) ?? thrown;

const chainOf = (thrown: unknown, depth = 0): readonly unknown[] => {
  // Causes can form a circle.
  if (!(thrown instanceof Error) || depth > 8) return [];
  const inner: readonly unknown[] = thrown instanceof AggregateError ? thrown.errors : [];
  return [thrown, ...[thrown.cause, ...inner].flatMap((error) => chainOf(error, depth + 1))];
};

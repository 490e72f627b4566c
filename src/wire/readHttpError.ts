import type { CompletionError } from '../errors/CompletionError.ts';
import type { StageRun } from '../stage.ts';
import { cutJsonMessage } from './cutJsonMessage.ts';
import type { FailureContext } from './FailureContext.ts';
import { findFailure } from './findFailure.ts';
import { parseJson } from './json.ts';
import { plainText } from './plainText.ts';
import { readFailure } from './readFailure.ts';
import { readRetryAfter } from './readRetryAfter.ts';

/** How long the body of an error response is waited for; what has come by then must do. */
const MAX_ERROR_BODY_MS = 5000;

/** Reads the body of an error response. */
export interface HttpErrorReader extends StageRun<Uint8Array> {
  /** What is left of the time for the body, in milliseconds. */
  idleMs(): number;
  /** The error as far as its body has come. */
  error(): CompletionError;
}

/**
 * Reads an error response into a typed error, thrown when its body ends or has reached its limit. The body may be JSON in
 * any of the known shapes, an HTML page, plain text, or nothing. `x-should-retry` outweighs the status.
 */
export const readHttpError = (
  status: number,
  headers: Readonly<Record<string, string>>,
  maxErrorBodyBytes: number,
  context: FailureContext,
): HttpErrorReader => {
  const { addressHint } = context;
  const began = performance.now();
  const pieces: Uint8Array[] = [];
  let length = 0;

  const error = (): CompletionError => {
    const text = Buffer.concat(pieces).toString('utf8').trim();
    const value = parseJson(text);
    const said = findFailure(value) ?? (value === undefined ? wordsOf(text) : value);
    const retryAfterMs = readRetryAfter(headers);
    const failure = readFailure(said, {
      ...context,
      status,
      phase: 'headers',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
    const told = headers['x-should-retry'];
    return failure.with({
      ...(told === 'true' || told === 'false' ? { retryable: told === 'true' } : undefined),
      ...(NOTHING_THERE.has(status) && addressHint !== undefined ? { message: `${failure.message}; ${addressHint}` } : undefined),
    });
  };

  return {
    idleMs: () => Math.max(0, MAX_ERROR_BODY_MS - (performance.now() - began)),
    error,
    push: (bytes) => {
      const piece = bytes.subarray(0, maxErrorBodyBytes - length);
      // Copied: the bytes belong to the transport once this returns.
      pieces.push(Uint8Array.from(piece));
      length += piece.length;
      if (length >= maxErrorBodyBytes) throw error();
    },
    flush: () => {
      throw error();
    },
  };
};

const wordsOf = (text: string): string | undefined =>
  text.startsWith('{') || text.startsWith('[') ? cutJsonMessage(text) : plainText(text);

const NOTHING_THERE: ReadonlySet<number> = new Set([404, 405]);

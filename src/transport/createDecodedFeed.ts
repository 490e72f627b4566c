import type { Transform } from 'node:stream';
import { CompletionError } from '../errors/CompletionError.ts';
import type { BodyFeed, BodyOutlet, Flow } from './BodyFeed.ts';
import { sanitizeCause, traitsOf } from './sanitizeCause.ts';

/**
 * Undoes a content encoding on the way. The network is held back while a read is decoded, so that a body which decodes to a
 * thousand times its size is met piece by piece, and the limit of the stream before the next read.
 */
export const createDecodedFeed = (
  createDecoder: (first: Uint8Array) => Transform,
  outlet: BodyOutlet,
  flow: Flow,
): BodyFeed => {
  let decoder: Transform | undefined;
  let broken: CompletionError | undefined;
  let writes = 0;
  let onHold = false;
  let next: NodeJS.Immediate | undefined;

  const open = (first: Uint8Array): Transform =>
    createDecoder(first)
      .on('data', (bytes: Uint8Array) => outlet.read(bytes, performance.now()))
      .on('end', () => outlet.ended(broken))
      .on('error', (error) => outlet.ended(broken ?? decodeError(error)));

  const goOn = (): void => {
    if (writes === 0 && !onHold) flow.resume();
  };

  return {
    push: (bytes) => {
      decoder ??= open(bytes);
      writes += 1;
      flow.pause();
      decoder.write(bytes, () => {
        writes -= 1;
        goOn();
      });
    },
    end: (failure) => {
      broken = failure;
      if (decoder === undefined) outlet.ended(failure);
      else decoder.end();
    },
    hold: () => {
      onHold = true;
      clearImmediate(next);
      decoder?.pause();
      flow.pause();
    },
    release: () => {
      onHold = false;
      next = setImmediate(() => {
        decoder?.resume();
        goOn();
      });
    },
    stop: () => {
      clearImmediate(next);
      decoder?.destroy();
    },
  };
};

const decodeError = (error: Error): CompletionError => {
  const cut = CUT_SHORT.test(traitsOf(error).code);
  // Most often something between the endpoint and us has touched the body, so that another try may succeed.
  return new CompletionError(cut ? 'connection_lost' : 'unexpected_content', {
    phase: 'body',
    retryable: true,
    cause: sanitizeCause(error, {}),
  });
};

/** What zlib says of a body that ends before its encoding does. */
const CUT_SHORT = /^(?:Z_BUF_ERROR|ZSTD_error_srcSize_wrong)$/;

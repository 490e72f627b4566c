import { decodeSse } from '../sse/decodeSse.ts';
import { compose, type Stage, type StageRun } from '../stage.ts';
import type { WireItem } from './Chunk.ts';
import { readChunks, type ReadChunksConfig } from './readChunks.ts';
import { readJsonBody } from './readJsonBody.ts';
import { rejectBody } from './rejectBody.ts';
import { sniffBody, type BodyFormat } from './sniffBody.ts';

/** How a successful response's body is read. */
export interface ReadBodyConfig extends ReadChunksConfig {
  readonly maxEventBytes: number;
  /** The declared type, `''` where none was sent. */
  readonly contentType: string;
}

/** Reads a body in whatever form it comes. Holds its first bytes until they tell the form. */
export const readBody =
  (config: ReadBodyConfig): Stage<Uint8Array, WireItem> =>
  (emit) => {
    let reader: StageRun<Uint8Array> | undefined;
    let beginning = Buffer.alloc(0);

    const decide = (ended: boolean): void => {
      const seen = beginning.toString('utf8', 0, SNIFFED_BYTES);
      const format = sniffBody(seen, config.contentType, ended);
      if (format !== undefined) {
        if (format === 'sse' && isDeclaredOtherwise(config.contentType)) {
          emit({ kind: 'oddity', code: 'content_type', message: 'the event stream was declared as something else' });
        }
        reader = readers(config)[format](emit);
        reader.push(beginning);
      } else if (seen.trim() === '') beginning = Buffer.alloc(0);
    };

    return {
      push: (bytes) => {
        if (reader !== undefined) {
          reader.push(bytes);
          return;
        }
        beginning = beginning.length === 0 ? Buffer.from(bytes) : Buffer.concat([beginning, bytes]);
        decide(false);
      },
      flush: () => {
        if (reader === undefined) decide(true);
        reader?.flush();
      },
    };
  };

const SNIFFED_BYTES = 64;

const readers = (config: ReadBodyConfig): Record<BodyFormat, Stage<Uint8Array, WireItem>> => ({
  sse: compose(decodeSse({ maxEventBytes: config.maxEventBytes }), readChunks(config)),
  json: readJsonBody(config),
  html: rejectBody('html', config.failure),
  text: rejectBody('text', config.failure),
});

const isDeclaredOtherwise = (contentType: string): boolean =>
  contentType !== '' && !contentType.toLowerCase().includes('text/event-stream');

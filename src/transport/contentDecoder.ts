import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { CompletionError } from '../errors/CompletionError.ts';
import type { ResponseHead } from './ResponseHead.ts';

/** Makes the decoder of a body from its first bytes. */
export type CreateDecoder = (first: Uint8Array) => Transform;

/**
 * How a response's body must be decoded, if at all. Calls ask for `identity`; some endpoints and proxies encode all the same.
 * One layer is undone: more are a known way to make a client work itself to death.
 */
export const contentDecoder = ({ headers }: ResponseHead): CreateDecoder | undefined => {
  const declared = headers['content-encoding'];
  if (declared === undefined) return undefined;
  const [encoding, ...others] = declared
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => !NO_ENCODINGS.has(name));
  if (encoding === undefined) return undefined;
  const create = others.length === 0 ? DECODERS.get(encoding) : undefined;
  if (create !== undefined) return create;
  throw new CompletionError('unexpected_content', {
    message: 'the endpoint answered with a content encoding that cannot be decoded',
  });
};

/** Also the charset some servers put there by mistake. */
const NO_ENCODINGS: ReadonlySet<string> = new Set(['', 'identity', 'none', 'utf-8']);

const gunzip: CreateDecoder = () => zlib.createGunzip();

/** `deflate` means zlib's format; some servers send the bare one, whose first byte differs. */
const inflate: CreateDecoder = (first) =>
  ((first[0] ?? 0) & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw();

const DECODERS: ReadonlyMap<string, CreateDecoder> = new Map<string, CreateDecoder>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', () => zlib.createBrotliDecompress()],
  ...zstdDecoder(),
]);

/** Node has zstd since 22.15; its types here are older. */
function zstdDecoder(): [string, CreateDecoder][] {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof create !== 'function') return [];
  return [['zstd', () => Reflect.apply(create, zlib, []) as Transform]];
}

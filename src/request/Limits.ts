/** What an answer may cost at most, whatever the endpoint sends. Passing one is a `limit` error. */
export interface Limits {
  /** Bytes of one event of the stream. @defaultValue 16 MiB */
  readonly maxEventBytes: number;
  /** Bytes read of the body of an error response; the rest is not read. @defaultValue 64 KiB */
  readonly maxErrorBodyBytes: number;
  /** Bytes of the whole response, after decompression. @defaultValue 256 MiB */
  readonly maxStreamBytes: number;
  /** Nesting of one chunk's JSON. @defaultValue 256 */
  readonly maxJsonDepth: number;
  /** Choices in one answer. @defaultValue 128 */
  readonly maxChoices: number;
  /** Tool calls in one choice. @defaultValue 128 */
  readonly maxToolCalls: number;
  /** Length of the arguments of one tool call, in UTF-16 units: one for each ASCII byte. @defaultValue 1 MiB */
  readonly maxToolInputBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxEventBytes: 16 * 1024 * 1024,
  maxErrorBodyBytes: 64 * 1024,
  maxStreamBytes: 256 * 1024 * 1024,
  maxJsonDepth: 256,
  maxChoices: 128,
  maxToolCalls: 128,
  maxToolInputBytes: 1024 * 1024,
};

import type { SplitRule } from './createCutter.ts';

/** Where the body of a response ends: at its last chunk, or where the connection does. `content-length` is set as a header. */
export type Framing = 'chunked' | 'close';

export type ResponseHeaders = Readonly<Record<string, string | number | readonly string[]>>;

/** One thing a scripted endpoint does; `script()` builds them. */
export type Step =
  | {
      readonly type: 'headers';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly framing: Framing;
      readonly version: '1.0' | '1.1';
    }
  | { readonly type: 'body'; readonly bytes: Uint8Array | string }
  | { readonly type: 'raw'; readonly bytes: Uint8Array | string }
  | { readonly type: 'split'; readonly rule: SplitRule }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'until'; readonly ready: PromiseLike<unknown> | (() => unknown) }
  | { readonly type: 'expectClosed'; readonly withinMs: number }
  | { readonly type: 'end' | 'fin' | 'reset' | 'stall' };

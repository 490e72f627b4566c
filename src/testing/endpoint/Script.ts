import { comment } from '../sse/comment.ts';
import { frame, type FrameConfig } from '../sse/frame.ts';
import type { SplitRule } from './createCutter.ts';
import type { Framing, ResponseHeaders, Step } from './Step.ts';

/** How the head of a response is written. */
export interface HeadersConfig {
  /** @defaultValue `'chunked'`; the header `content-length` overrides it */
  readonly framing?: Framing;
  /** The HTTP version of the status line; `'1.0'` implies `framing: 'close'`. @defaultValue `'1.1'` */
  readonly version?: '1.0' | '1.1';
}

/** Status and headers of a JSON response. */
export interface JsonConfig {
  /** @defaultValue `200` */
  readonly status?: number;
  readonly headers?: ResponseHeaders;
}

/**
 * What an endpoint does for one request, step by step. Immutable: every method returns a longer script, so a beginning can
 * be shared. A script that does not say how the response ends, ends it properly.
 */
export class Script implements Iterable<Step> {
  readonly #steps: readonly Step[];

  constructor(steps: Iterable<Step> = []) {
    this.#steps = [...steps];
  }

  /** Sends the head: status 200 and `text/event-stream` unless told otherwise. Body steps send it when no one did before. */
  headers(status = 200, headers: ResponseHeaders = {}, { framing, version = '1.1' }: HeadersConfig = {}): Script {
    const by = framing ?? (version === '1.0' ? 'close' : 'chunked');
    return this.append([{ type: 'headers', status, headers, framing: by, version }]);
  }

  /** Sends one SSE frame: an object as JSON, a string as it is. */
  data(data: object | string, config: FrameConfig = {}): Script {
    return this.body(frame(data, config));
  }

  /** Sends an SSE comment. */
  comment(text = ''): Script {
    return this.body(comment(text));
  }

  /** Sends `data: [DONE]`. The response goes on until it is ended. */
  done(): Script {
    return this.data('[DONE]');
  }

  /** Sends bytes of the body in one write, framed as the head says. */
  body(bytes: Uint8Array | string): Script {
    return this.append([{ type: 'body', bytes }]);
  }

  /** Sends bytes as they are: no head before them, no chunk around them. For 1xx responses and for broken HTTP. */
  raw(bytes: Uint8Array | string): Script {
    return this.append([{ type: 'raw', bytes }]);
  }

  /** Sends a whole JSON response with its `content-length`. */
  json(body: unknown, { status = 200, headers = {} }: JsonConfig = {}): Script {
    const text = JSON.stringify(body);
    const length = Buffer.byteLength(text);
    return this.headers(status, { 'content-type': 'application/json', 'content-length': length, ...headers })
      .body(text)
      .end();
  }

  /** Cuts all bytes that follow, head and framing included, into separate writes. */
  split(rule: SplitRule): Script {
    return this.append([{ type: 'split', rule }]);
  }

  /** Says nothing for so long. Where the test can tell when to go on, prefer `until`. */
  wait(ms: number): Script {
    return this.append([{ type: 'wait', ms }]);
  }

  /** Goes on when the promise resolves; a function is called when the script gets here. */
  until(ready: PromiseLike<unknown> | (() => unknown)): Script {
    return this.append([{ type: 'until', ready }]);
  }

  /** Ends the response properly. The connection stays open for the next request unless either side asked to close it. */
  end(): Script {
    return this.append([{ type: 'end' }]);
  }

  /** Closes the connection without ending the response: a cut. */
  fin(): Script {
    return this.append([{ type: 'fin' }]);
  }

  /** Resets the connection (RST), once what was sent before is on its way. */
  reset(): Script {
    return this.append([{ type: 'reset' }]);
  }

  /** Says nothing more and keeps the connection open. */
  stall(): Script {
    return this.append([{ type: 'stall' }]);
  }

  /**
   * The client must close the connection from here within that time, while the endpoint says nothing; `verify` reports it
   * when it does not. The response stays open after it.
   */
  expectClosed({ withinMs = 1000 }: { readonly withinMs?: number } = {}): Script {
    return this.append([{ type: 'expectClosed', withinMs }]);
  }

  /** Goes on with the steps of another script. */
  append(steps: Iterable<Step>): Script {
    return new Script([...this.#steps, ...steps]);
  }

  [Symbol.iterator](): Iterator<Step> {
    return this.#steps[Symbol.iterator]();
  }
}

/**
 * Begins a script for `scriptedEndpoint`.
 *
 * @example
 * import { chunk, script } from 'rx-completions/testing';
 *
 * const cut = script().split('every').data(chunk({ text: 'Hel' })).reset();
 * const slow = script().comment('thinking').wait(500).data(chunk({ text: 'Hello' })).done();
 * const abandoned = script().data(chunk({ text: 'Hel' })).expectClosed({ withinMs: 100 });
 */
export const script = (): Script => new Script();

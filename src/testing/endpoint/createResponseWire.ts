import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createCutter, type SplitRule } from './createCutter.ts';
import { formatHead, framingOf, headerOf, type BodyFraming } from './formatHead.ts';
import type { RecordedRequest } from './RecordedRequest.ts';
import type { Step } from './Step.ts';

/** The server's end of a connection during one response: it frames and cuts what a script says. */
export interface ResponseWire {
  head(step: Extract<Step, { type: 'headers' }>): Promise<void>;
  body(bytes: Uint8Array | string): Promise<void>;
  raw(bytes: Uint8Array | string): Promise<void>;
  split(rule: SplitRule): void;
  end(): Promise<void>;
  fin(): void;
  reset(): Promise<void>;
}

const DEFAULT_HEAD = { type: 'headers', status: 200, headers: {}, framing: 'chunked', version: '1.1' } as const;

/** Everything it does stops with a rejection when `signal` fires, which it must when the socket closes. */
export const createResponseWire = (socket: Socket, request: RecordedRequest, signal: AbortSignal): ResponseWire => {
  let cut = createCutter('whole');
  let framing: BodyFraming | undefined;
  let keepsOpen = asksToKeepOpen(request);
  let wroteRaw = false;

  // Each piece waits for a turn of its own, so that a client in the same process reads it before the next is written.
  const write = async (bytes: Uint8Array): Promise<void> => {
    for (const piece of cut(bytes)) {
      await nextTurn(undefined, { signal });
      if (!socket.write(piece)) await once(socket, 'drain', { signal });
    }
  };

  const head: ResponseWire['head'] = async (step) => {
    framing = framingOf(step);
    if (framing === 'close' || asksToClose(headerOf(step.headers, 'connection'))) keepsOpen = false;
    await write(bytesOf(formatHead(step)));
  };

  const end: ResponseWire['end'] = async () => {
    if (framing === undefined && !wroteRaw) await head(DEFAULT_HEAD);
    if (framing === 'chunked') await write(bytesOf('0\r\n\r\n'));
    framing = undefined;
    if (!keepsOpen) socket.end();
  };

  return {
    head,
    body: async (bytes) => {
      if (framing === undefined) await head(DEFAULT_HEAD);
      const content = bytesOf(bytes);
      await write(framing === 'chunked' ? asChunk(content) : content);
    },
    raw: async (bytes) => {
      wroteRaw = true;
      await write(bytesOf(bytes));
    },
    split: (rule) => {
      cut = createCutter(rule);
    },
    end,
    fin: () => socket.end(),
    reset: async () => {
      // A reset overtakes what the kernel still holds back; one turn lets the client read it.
      await nextTurn(undefined, { signal });
      socket.resetAndDestroy();
    },
  };
};

const asksToKeepOpen = ({ httpVersion, headers }: RecordedRequest): boolean =>
  httpVersion === '1.1' && !asksToClose(headers['connection']);

const asksToClose = (connection: unknown): boolean => /\bclose\b/i.test(String(connection));

const bytesOf = (bytes: Uint8Array | string): Uint8Array => (typeof bytes === 'string' ? Buffer.from(bytes) : bytes);

/** An empty chunk would end the body, so nothing is written for nothing. */
const asChunk = (content: Uint8Array): Uint8Array =>
  content.length === 0
    ? content
    : Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')]);

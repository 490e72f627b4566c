import { STATUS_CODES } from 'node:http';
import type { Framing, ResponseHeaders, Step } from './Step.ts';

/** Where a body ends, as the head that was sent says. */
export type BodyFraming = Framing | 'length';

type HeadersStep = Extract<Step, { type: 'headers' }>;

/** A header given by the script decides over the script's `framing`. */
export const framingOf = ({ headers, framing }: HeadersStep): BodyFraming =>
  has(headers, 'content-length') ? 'length' : framing;

/** The head of a response as it goes out. */
export const formatHead = (step: HeadersStep): string => {
  const { status, version, headers } = step;
  const framing = framingOf(step);
  const added: ResponseHeaders = {
    ...(has(headers, 'content-type') ? {} : { 'content-type': 'text/event-stream; charset=utf-8' }),
    ...(framing === 'chunked' && !has(headers, 'transfer-encoding') ? { 'transfer-encoding': 'chunked' } : {}),
    ...(framing === 'close' && !has(headers, 'connection') ? { connection: 'close' } : {}),
  };
  const lines = Object.entries({ ...added, ...headers }).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}\r\n`),
  );
  return `HTTP/${version} ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n`;
};

/** The value of a header, however its name is written. */
export const headerOf = (headers: ResponseHeaders, name: string): ResponseHeaders[string] | undefined =>
  Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];

const has = (headers: ResponseHeaders, name: string): boolean => headerOf(headers, name) !== undefined;

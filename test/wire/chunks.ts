import type { StreamEvent } from 'rx-completions';
import { frames, readResponse, type Reading, type ResponseOptions } from '../support/readResponse.ts';

/** A chunk with one choice whose delta is this; the smallest a wire can carry. */
export const says = (delta: unknown, rest: object = {}, index = 0): object => ({ choices: [{ index, delta, ...rest }] });

/** A chunk that ends a choice. */
export const ends = (reason: unknown = 'stop', index = 0): object => says({}, { finish_reason: reason }, index);

/** Chunks, `[DONE]` and other data, each in a frame of its own, read to the end. */
export const read = (chunks: readonly unknown[], options?: ResponseOptions): Reading => readResponse([frames(...chunks)], options);

/** A body as text, read to the end. */
export const readText = (body: string, options?: ResponseOptions): Reading => readResponse([Buffer.from(body)], options);

/** The body byte by byte. */
export const everyByte = (body: Uint8Array): Uint8Array[] => Array.from(body, (byte) => Uint8Array.of(byte));

/** The events without the two that open every answer, whose fields other tests check. */
export const answerOf = ({ events }: Reading): StreamEvent[] =>
  events.filter(({ type }) => type !== 'start' && type !== 'response');

/** The codes of the warnings, in order. */
export const warningsIn = ({ events }: Reading): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.code] : []));

/** Whether an answer was passed off as whole. */
export const isDone = ({ events }: Reading): boolean => events.some(({ type }) => type === 'done');

/** What a response body turns out to be. */
export type BodyFormat = 'sse' | 'json' | 'html' | 'text';


const FIELDS = ['data', 'event', 'id', 'retry', 'error'];

/**
 * Tells what a body is by its first bytes, since endpoints name it wrongly or not at all; the declared type decides only
 * where the bytes do not. Answers nothing while the bytes seen could still be the beginning of several formats.
 */
export const sniffBody = (beginning: string, contentType: string, ended: boolean): BodyFormat | undefined => {
  const text = beginning.replace(/^\ufeff/, '').trimStart();
  if (text === '') return ended ? 'sse' : undefined;
  if (text.startsWith('{') || text.startsWith('[')) return 'json';
  if (text.startsWith('<')) return 'html';
  if (text.startsWith(':') || FIELDS.some((field) => text.startsWith(`${field}:`))) return 'sse';
  // A line break after a blank line or a bare field name is an event stream's; so may be what is still incomplete.
  const undecided = FIELDS.some((field) => `${field}:`.startsWith(text));
  if (undecided && !ended) return undefined;
  if (contentType.includes('text/event-stream')) return 'sse';
  return 'text';
};

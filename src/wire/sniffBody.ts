/** What a response body turns out to be. */
export type BodyFormat = 'sse' | 'json' | 'html' | 'text';

const FIELDS = ['data:', 'event:', 'id:', 'retry:', 'error:'];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const SNIFFED_BYTES = 16;

/**
 * Tells what a body is by its first bytes, since endpoints name it wrongly or not at all; the declared type, in lower case,
 * decides only where the bytes do not. Answers nothing while the bytes seen, which begin with no blank, could still be the
 * beginning of several formats.
 */
export const sniffBody = (beginning: Buffer, contentType: string, ended: boolean): BodyFormat | undefined => {
  if (!ended && beginning.length < 3 && beginsLikeMark(beginning)) return undefined;
  const from = markLength(beginning);
  const text = beginning.toString('utf8', from, from + SNIFFED_BYTES);
  if (text === '') return ended ? 'sse' : undefined;
  if (text.startsWith('{') || text.startsWith('[')) return 'json';
  if (text.startsWith('<')) return 'html';
  if (text.startsWith(':') || FIELDS.some((field) => text.startsWith(field))) return 'sse';
  // A line break after a bare field name is an event stream's; so may be what is still incomplete.
  const undecided = FIELDS.some((field) => field.startsWith(text));
  if (undecided && !ended) return undefined;
  return contentType.includes('text/event-stream') ? 'sse' : 'text';
};

/** The length of the byte order mark the bytes begin with, 0 where there is none. */
export const markLength = (bytes: Buffer): number => (bytes.length >= 3 && beginsLikeMark(bytes) ? 3 : 0);

const beginsLikeMark = (bytes: Buffer): boolean => BYTE_ORDER_MARK.every((byte, at) => at >= bytes.length || bytes[at] === byte);

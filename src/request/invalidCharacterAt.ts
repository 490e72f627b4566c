/**
 * Where a text cannot stand in a header: at a control character (CR and LF would begin a new header) or beyond latin-1.
 * `undefined` when it can.
 */
export const invalidCharacterAt = (text: string): number | undefined => {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code > 0x7e && code < 0xa0) || code > 0xff) return at;
  }
  return undefined;
};

/**
 * Where a text cannot stand in a header: at a control character (CR and LF would begin a new header) or beyond latin-1.
 * `undefined` when it can.
 */
export const invalidCharacterAt = (text: string): number | undefined => {
  const index = text.search(/[^\u0020-\u007e\u00a0-\u00ff]/);
  return index < 0 ? undefined : index;
};

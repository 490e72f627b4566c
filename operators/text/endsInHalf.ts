/** Whether a text ends in the first half of a surrogate pair: the other half comes with the next piece. */
export const endsInHalf = (text: string): boolean => {
  const code = text.charCodeAt(text.length - 1);
  return code >= 0xd800 && code <= 0xdbff;
};

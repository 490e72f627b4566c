/** The readable text of a page: its title where it has one, else its words without tags; plain text stays as it is. */
export const plainText = (body: string): string => {
  const text = body.trim();
  if (!text.startsWith('<')) return text;
  const lower = text.toLowerCase();
  const open = lower.indexOf('<title>');
  const close = lower.indexOf('</title>', open);
  if (open !== -1 && close !== -1) return text.slice(open + '<title>'.length, close).trim();
  return text
    .split('<')
    .map((piece) => piece.slice(piece.indexOf('>') + 1).trim())
    .filter((words) => words !== '')
    .join(' ');
};

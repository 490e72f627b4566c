/**
 * Whether a JSON text nests deeper than `maxDepth`, told before it is parsed: the parser accepts any depth, but whoever
 * later walks, clones or prints the value runs out of stack. The brackets are first counted with the native search, which
 * settles nearly every text; only a text with enough of them is scanned.
 */
export const exceedsDepth = (json: string, maxDepth: number): boolean => {
  if (json.length <= 2 * maxDepth || countUpTo(json, '{', maxDepth) + countUpTo(json, '[', maxDepth) <= maxDepth) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return false;
};

const [QUOTE, BACKSLASH, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [34, 92, 91, 93, 123, 125];

const countUpTo = (text: string, sought: string, most: number): number => {
  let count = 0;
  for (let at = text.indexOf(sought); at !== -1 && count <= most; at = text.indexOf(sought, at + 1)) count += 1;
  return count;
};

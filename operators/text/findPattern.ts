import type { Find } from './Find.ts';

/** Finds what a pattern matches, wherever its own `lastIndex` stands. Matches of no length are none. */
export const findPattern = (pattern: RegExp): Find => {
  const own = new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`);
  return (text, from) => {
    own.lastIndex = from;
    for (let match = own.exec(text); match !== null; match = own.exec(text)) {
      if (match[0] !== '') return { index: match.index, length: match[0].length };
      own.lastIndex += 1;
    }
    return undefined;
  };
};

/** Finds what any of these finds: the first match, and of those that begin together the longest. */
export const findFirst =
  (finds: readonly Find[]): Find =>
  (text, from) => {
    let first: ReturnType<Find>;
    for (const find of finds) {
      const found = find(text, from);
      if (found === undefined) continue;
      if (first === undefined || found.index < first.index || (found.index === first.index && found.length > first.length)) first = found;
    }
    return first;
  };

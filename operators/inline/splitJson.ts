/** The parts of a valid JSON object or array as they are written, so that numbers keep all their digits. */
export const splitJson = (json: string): readonly string[] => {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charAt(at);
    if (char === '"') at = endOfString(json, at) - 1;
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth === 1) from = at + 1;
    } else if (char === '}' || char === ']') depth -= 1;
    if ((char === ',' && depth === 1) || depth === 0) {
      const part = json.slice(from, at).trim();
      if (part !== '') parts.push(part);
      from = at + 1;
    }
  }
  return parts;
};

/** The members of a valid JSON object, each value as it is written. Of a name that comes twice, the last counts. */
export const membersOf = (json: string): ReadonlyMap<string, string> =>
  new Map(
    splitJson(json).map((member) => {
      const end = endOfString(member, 0);
      return [JSON.parse(member.slice(0, end)) as string, member.slice(member.indexOf(':', end) + 1).trim()];
    }),
  );

/** The index behind the string that begins here. */
const endOfString = (json: string, from: number): number => {
  let at = from + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
};

/** The first place of a value that would not be the same after JSON and back, as a path; `undefined` when there is none. */
export const oddityIn = (value: unknown, path: string): string | undefined => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : path;
    case 'object':
      return value === null ? undefined : oddityInObject(value, path);
    default:
      return path;
  }
};

const oddityInObject = (value: object, path: string): string | undefined => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return path;
  for (const [key, inner] of Object.entries(value)) {
    const found = oddityIn(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
};

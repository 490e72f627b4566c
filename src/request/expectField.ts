import { configError } from '../errors/configError.ts';

/** A field that must hold text. History often comes from a database, so its types are a claim. */
export const expectString = (value: unknown, path: string): string => {
  if (typeof value === 'string') return value;
  throw configError(`\`${path}\` must be a string`);
};

/** A field that must hold a text that names something. */
export const expectName = (value: unknown, path: string): string => {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw configError(`\`${path}\` must be a non-empty string`);
};

/** The parts of a message's content, each with its path. */
export const expectParts = <Part extends { readonly type: string }>(
  content: readonly Part[],
  path: string,
): readonly Part[] => {
  const given: unknown = content;
  if (!Array.isArray(given)) throw configError(`\`${path}\` must be a string or an array of parts`);
  given.forEach((part: unknown, index) => {
    if (typeof part !== 'object' || part === null || !('type' in part))
      throw configError(`\`${path}[${index}]\` must be a part with a \`type\``);
  });
  return content;
};

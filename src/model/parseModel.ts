import { z } from 'zod';
import { configError } from '../errors/configError.ts';
import { schemaError } from '../errors/schemaError.ts';

/**
 * Makes a reader of what a caller declares of a model: a copy of `Config` without absent fields, or a `config` error that
 * names the field. A field that does not exist is refused: a mistyped `baseUrl` would send the prompt somewhere else.
 */
export const parseModel = <Config extends object>(
  fields: Readonly<Record<keyof Config, z.ZodType>>,
): ((config: Config) => Config) => {
  const schema = z.strictObject(fields);
  const place = (path: string): string => (path === '' ? 'Model' : `Model \`${path}\``);
  return (config) => {
    const parsed = schema.safeParse(config);
    // Untyped callers pass anything; the schema below says so if it is no object.
    if (config instanceof Object && 'apiKey' in config) throw configError('Model has no key: pass `apiKey` in the options of the call');
    if (!parsed.success) throw schemaError(parsed.error.issues, place, Object.keys(fields));
    const given = Object.entries(parsed.data).filter(([, value]) => value !== undefined);
    // The schema has just checked every field; its type is lost where fields are listed by name.
    return Object.fromEntries(given) as Config;
  };
};

import { configError } from '../src/errors/configError.ts';
import { nearestName } from '../src/errors/nearestName.ts';
import { redact } from '../src/errors/redact.ts';

/** What each field of a config may be: one of these words, or anything its type allows. */
export type ConfigFields<Config> = Readonly<Record<keyof Config, true | readonly string[]>>;

/**
 * Refuses a config that would pass in silence where no compiler looks: one that is no object, a name nobody reads, a word
 * that is no choice. Throws when the operator is made, where the mistake stands.
 */
export const expectConfig = <Config extends object>(operator: string, config: Config, fields: ConfigFields<Config>): void => {
  const given: unknown = config;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw configError(`\`${operator}\` takes one object of options`);
  const known: Readonly<Record<string, true | readonly string[]>> = fields;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const choices = Object.hasOwn(known, name) ? known[name] : undefined;
    if (choices === undefined) {
      const near = nearestName(name, Object.keys(known));
      const hint = near === undefined ? '' : `; did you mean \`${near}\`?`;
      throw configError(`\`${redact(name)}\` is not known to \`${operator}\`${hint}`);
    }
    if (choices !== true && typeof value === 'string' && !choices.includes(value))
      throw configError(`\`${name}\` of \`${operator}\` must be ${choices.map((choice) => `'${choice}'`).join(' or ')}`);
  }
};

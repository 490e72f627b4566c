import { DOORS } from './project.ts';
import type { HouseRule } from './houseRules.ts';
import type { SourceModule } from './SourceModule.ts';

/** What a door offers, values before types, each in the order of the alphabet. */
export const offerOf = ({ exports }: SourceModule): { readonly values: string[]; readonly types: string[] } => ({
  values: exports.filter(({ kind }) => kind === 'value').map(({ name }) => name).sort(),
  types: exports.filter(({ kind }) => kind === 'type').map(({ name }) => name).sort(),
});

/** A name means one thing, whichever door it comes through. */
export const offerNothingTwice: HouseRule = (modules) => {
  const doors = modules.filter(({ path }) => DOORS.includes(path));
  const firstDoor = new Map<string, string>();
  return doors.flatMap(({ path, exports }) =>
    exports.flatMap(({ name }) => {
      const known = firstDoor.get(name);
      firstDoor.set(name, path);
      return known === undefined ? [] : [`${name}: in ${known} and ${path}`];
    }),
  );
};

/** A door is nothing but a list. */
export const declareNothing: HouseRule = (modules) =>
  modules
    .filter(({ path }) => DOORS.includes(path))
    .flatMap(({ path, exports }) => exports.filter(({ from }) => from === undefined).map(({ name }) => `${path}: declares ${name}`));

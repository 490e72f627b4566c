import { configError } from '../src/errors/configError.ts';

/** Refuses a bound that is none: it must be a number of at least `least`. */
export const expectAmount = (operator: string, amounts: Readonly<Record<string, number>>, least = 1): void => {
  for (const [name, amount] of Object.entries(amounts)) {
    if (!(amount >= least)) throw configError(`\`${name}\` of \`${operator}\` must be a number of at least ${least}`);
  }
};

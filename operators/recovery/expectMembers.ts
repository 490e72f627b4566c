import { configError } from '../../src/errors/configError.ts';

/**
 * Refuses alternates nobody could ask, a model in place of a call, say. Found out only when it is needed, such a mistake
 * would turn one endpoint's outage into the caller's.
 */
export const expectMembers = (operator: string, members: unknown, mayBeFunctions: boolean): void => {
  if (!Array.isArray(members)) throw configError(`\`${operator}\` takes an array of calls`);
  members.forEach((member: unknown, index) => {
    if (isSource(member) || (mayBeFunctions && typeof member === 'function')) return;
    throw configError(`alternate ${index} of \`${operator}\` must be a call, such as streamOpenAICompletions(model, context)`);
  });
};

/** What RxJS can make an Observable of. */
const isSource = (value: unknown): boolean =>
  (typeof value === 'object' || typeof value === 'function') &&
  value !== null &&
  (['subscribe', 'then', 'getReader', '@@observable', Symbol.iterator, Symbol.asyncIterator] as const).some((key) => key in value);

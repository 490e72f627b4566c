import { cleanUp } from '../support/cleanUp.ts';

/** What the process warns of from now on, until the test is over. */
export const watchWarnings = (): readonly unknown[] => {
  const warnings: unknown[] = [];
  const onWarning = (warning: unknown): void => void warnings.push(warning);
  process.on('warning', onWarning);
  cleanUp(() => process.off('warning', onWarning));
  return warnings;
};

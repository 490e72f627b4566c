import type { Stage } from '../../src/stage.ts';

/** Runs a stage over an array, to its end. */
export const run = <In, Out>(stage: Stage<In, Out>, inputs: readonly In[]): Out[] => {
  const outputs: Out[] = [];
  const steps = stage((output) => outputs.push(output));
  for (const input of inputs) steps.push(input);
  steps.flush();
  return outputs;
};

import { parseArgs } from 'node:util';
import { clients } from './clients/clients.mjs';
import { workloads } from './workloads/workloads.mjs';

/** What is no workload of calls but is measured, too. */
const EXTRAS = ['memory', 'opening'];

/** The names that are called so, or else like it. */
const named = (wanted, names, kind) => {
  const found = wanted.split(',').flatMap((each) => {
    const exact = names.filter((name) => name === each);
    return exact.length > 0 ? exact : names.filter((name) => name.toLowerCase().includes(each.toLowerCase()));
  });
  if (found.length === 0) throw new Error(`no ${kind} is called like ${wanted}; there are: ${names.join(', ')}`);
  return names.filter((name) => found.includes(name));
};

/** What was asked for on the command line. */
export const readOptions = (args) => {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const { values } = parseArgs({
    args,
    options: { quick: flag, reference: flag, write: flag, redraw: flag, clients: text, workloads: text, rounds: text },
  });
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds must be a number of rounds, 1 at least');
  const parts = [...Object.keys(workloads), ...EXTRAS];
  const names = Object.keys(clients);
  return {
    ...values,
    // A run of one or two rounds has no spread to speak of.
    narrowed: values.clients !== undefined || values.workloads !== undefined || (rounds ?? 3) < 3,
    rounds,
    clients: values.clients === undefined ? names : named(values.clients, names, 'client'),
    parts: values.workloads === undefined ? parts : named(values.workloads, parts, 'workload'),
  };
};

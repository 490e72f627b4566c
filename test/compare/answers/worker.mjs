import { fork } from 'node:child_process';
import { env, here } from '../install.mjs';

/** A client's process, begun anew after it hung or died; `ask` gives what it told, or how it failed to. */
export const worker = (name, limitMs) => {
  let child;
  let can;

  const start = () =>
    new Promise((resolve, reject) => {
      child = fork(here('answers/client.mjs'), [name], { env, silent: true });
      child.stdout.resume();
      child.stderr.resume();
      child.once('message', (message) => resolve((can = message.can)));
      child.once('exit', () => reject(new Error(`${name} could not be loaded`)));
    });

  const stop = () => {
    child?.removeAllListeners();
    child?.kill('SIGKILL');
    child = undefined;
  };

  return {
    can: async (task) => {
      if (can === undefined) await start();
      return can.includes(task);
    },
    ask: async (task, ask) => {
      if (child === undefined) await start();
      child.removeAllListeners();
      return new Promise((resolve) => {
        const end = (result) => {
          clearTimeout(limit);
          if (result.outcome === 'hung' || result.outcome === 'died') stop();
          resolve(result);
        };
        const limit = setTimeout(() => end({ outcome: 'hung' }), limitMs);
        child.once('message', end);
        child.once('exit', () => end({ outcome: 'died' }));
        child.send({ task, ask });
      });
    },
    stop,
  };
};

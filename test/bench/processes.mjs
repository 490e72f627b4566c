import { fork } from 'node:child_process';

const LIMIT_MS = 180_000;

// Keys, proxies and tracing of the environment would change what is measured.
const env = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' };

/** The program's first message; rejects when it ends, or takes too long, without one. */
const firstMessage = (child) =>
  new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not done after ${LIMIT_MS / 1000} s`));
    }, LIMIT_MS);
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`its process ended with ${signal ?? code}`)));
    const over = () => clearTimeout(limit);
    child.once('message', over).once('exit', over);
  });

const start = (file, input, execArgv) => {
  const child = fork(new URL(file, import.meta.url).pathname, [JSON.stringify(input)], { env, execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return { child, message: firstMessage(child) };
};

/** Runs a program to its end; gives what it reports, or throws what it failed with. */
export const runProgram = async (file, input, execArgv = []) => {
  const { child, message } = start(file, input, execArgv);
  try {
    const { error, ...report } = await message;
    if (error !== undefined) throw new Error(error);
    return report;
  } finally {
    child.kill('SIGKILL');
  }
};

/** Runs the server while `use` runs, which is given its address. */
export const withServer = async (use) => {
  const { child, message } = start('./server.mjs');
  try {
    const { port } = await message;
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    child.kill('SIGKILL');
  }
};

import { execFile } from 'node:child_process';

const MAX_MS = 240_000;

/** Runs a command in a folder and gives what it wrote; one that fails is an error with all it said. */
export const run = (command: string, parameters: readonly string[], folder: string): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(command, parameters, { cwd: folder, timeout: MAX_MS, env: environment() }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${parameters.join(' ')}: ${error.message}\n${stdout}\n${stderr}`));
    });
  });

/** Without what npm and vitest tell their children: a user's shell knows nothing of them. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_)|VITEST|NODE_ENV$|TEST$|INIT_CWD$)/.test(name)),
  );

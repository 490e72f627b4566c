import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export const here = (file) => new URL(file, import.meta.url).pathname;
const read = (file) => JSON.parse(readFileSync(here(file), 'utf8'));

const installed = (name) => (existsSync(here(`node_modules/${name}/package.json`)) ? read(`node_modules/${name}/package.json`).version : undefined);

/** Installs the clients that are compared, in the versions that are written down. */
export const installPeers = () => {
  if (Object.entries(read('package.json').dependencies).every(([name, version]) => installed(name) === version)) return;
  execFileSync('npm', ['ci', '--prefix', here('.'), '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { stdio: 'inherit' });
};

export const versionOf = (name) => (name === 'rx-completions' ? read('../../package.json').version : installed(name));

/** What follows a name on the command line. */
export const argumentOf = (name) => (process.argv.includes(name) ? (process.argv[process.argv.indexOf(name) + 1] ?? '') : undefined);

/** For the processes of clients: keys of the environment and proxies would change what is compared. */
export const env = { PATH: process.env.PATH, HOME: process.env.HOME };

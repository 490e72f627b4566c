import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const here = (file) => new URL(file, import.meta.url).pathname;
const read = (file) => JSON.parse(readFileSync(here(file), 'utf8'));
const installed = (name) => (existsSync(here(`node_modules/${name}/package.json`)) ? read(`node_modules/${name}/package.json`).version : undefined);

/** Brings the other clients here, if they are not yet; gives the version of each. */
export const installPeers = () => {
  const { dependencies } = read('package.json');
  if (Object.entries(dependencies).some(([name, version]) => installed(name) !== version)) {
    execFileSync('npm', ['ci', '--prefix', here('.'), '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { stdio: 'inherit' });
  }
  return dependencies;
};

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const here = (file) => new URL(file, import.meta.url).pathname;
const read = (file) => JSON.parse(readFileSync(here(file), 'utf8'));
const installed = (name) => (existsSync(here(`node_modules/${name}/package.json`)) ? read(`node_modules/${name}/package.json`).version : undefined);

export const peerVersions = read('package.json').dependencies;

/** Brings the other clients here, if they are not yet. */
export const installPeers = () => {
  if (Object.entries(peerVersions).every(([name, version]) => installed(name) === version)) return;
  execFileSync('npm', ['ci', '--prefix', here('.'), '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { stdio: 'inherit' });
};

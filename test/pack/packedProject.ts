import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { run } from './run.ts';

/** What `npm pack` reports. */
export interface PackReport {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

declare module 'vitest' {
  interface ProvidedContext {
    tarball: string;
    /** The copy of the project that the tarball was made of. */
    project: string;
    report: PackReport;
    /** A project that has installed the tarball, rxjs, and nothing else. */
    consumer: string;
  }
}

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** All that a build and a package are made of. */
const PROJECT = ['src', 'operators', 'examples', 'package.json', 'tsconfig.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/** Packs a copy of the project, so that nothing an earlier build left behind gets in, and installs it as a user would. */
export default async ({ provide }: TestProject): Promise<() => void> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rx-completions-pack-')));
  const project = join(folder, 'project');
  const consumer = join(folder, 'consumer');
  const cleanUp = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    mkdirSync(project);
    for (const path of PROJECT) cpSync(join(root, path), join(project, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
    const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], project);
    const [report] = JSON.parse(packed.slice(packed.indexOf('['))) as [PackReport];
    const tarball = join(folder, report.filename);

    mkdirSync(consumer);
    writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball, 'rxjs@7.8.2', 'other-rxjs@npm:rxjs@7.8.1'], consumer);
    provide('project', project);
    provide('tarball', tarball);
    provide('report', report);
    provide('consumer', consumer);
  } catch (error) {
    cleanUp();
    throw error;
  }
  return cleanUp;
};

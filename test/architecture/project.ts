import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModule, type SourceModule } from './SourceModule.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the project as text. */
export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

export const readJson = (path: string): Record<string, unknown> => JSON.parse(readText(path)) as Record<string, unknown>;

/** Every TypeScript file under a folder of the project. */
export const modulesUnder = (folder: string): SourceModule[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.split(sep).join('/')}`)
    .filter((path) => path.endsWith('.ts') && !path.includes('/node_modules/'))
    .sort()
    .map((path) => readModule(path, readText(path)));

/** What is published. */
export const sources: readonly SourceModule[] = [...modulesUnder('src'), ...modulesUnder('operators')];

export const DOORS: readonly string[] = ['src/index.ts', 'operators/index.ts', 'src/testing/index.ts'];

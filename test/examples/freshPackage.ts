import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a process printed, and how it ended. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** The sources as a package in a folder of its own, so that what runs there is never a stale build. */
export interface FreshPackage extends AsyncDisposable {
  /** Runs a file of the package in a process of its own, which must end by itself. */
  run(path: string, args?: readonly string[]): Promise<Finished>;
  /** Puts a file into the package, which it then imports by name; TypeScript becomes JavaScript. */
  add(path: string, code: string): Promise<void>;
}

/** Transpiles the sources without checking them, which takes a second where a build takes ten. */
export const freshPackage = async (): Promise<FreshPackage> => {
  // Below the repository, so that the dependencies resolve, and in a folder that git, lint and the package leave out.
  await mkdir(join(root, 'dist'), { recursive: true });
  const home = await mkdtemp(join(root, 'dist', 'fresh-'));

  const options = { ...compilerOptions(), module: ts.ModuleKind.ESNext, sourceMap: false, declaration: false };
  const add = async (path: string, code: string): Promise<void> => {
    const typed = path.endsWith('.ts');
    const target = join(home, typed ? path.replace(/\.ts$/, '.js') : path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, typed ? ts.transpileModule(code, { fileName: path, compilerOptions: options }).outputText : code);
  };

  await add('package.json', await readFile(join(root, 'package.json'), 'utf8'));
  const paths = (await Promise.all(['src', 'operators', 'examples'].map(sourcesIn))).flat();
  await Promise.all(paths.map(async (path) => add(`dist/${path}`, await readFile(join(root, path), 'utf8'))));

  return {
    add,
    run: (path, args = []) => runToItsEnd([join(home, path), ...args]),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
};

/** The options of the project's own build. */
export const compilerOptions = (): ts.CompilerOptions => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
};

const sourcesIn = async (folder: string): Promise<string[]> =>
  (await readdir(join(root, folder), { recursive: true }))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`);

const runToItsEnd = (args: readonly string[]): Promise<Finished> =>
  new Promise((resolve, reject) => {
    // Without the developer's keys, so that nothing here can reach a vendor.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.endsWith('_API_KEY')));
    const child = spawn(process.execPath, args, { env, timeout: 15_000, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output, errors }));
  });

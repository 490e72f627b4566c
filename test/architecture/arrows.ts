import type { SourceModule } from './SourceModule.ts';

/** What a part of the project may import: at run time, and beyond that as types only. */
interface Reach {
  readonly values: readonly string[];
  readonly types?: readonly string[];
}

/**
 * The picture at the head of the design. A station takes the output type of the station to its left, never its code: the
 * files in `src/` itself join the stations. Packages and folders are named by how their path begins.
 */
const REACH: Readonly<Record<string, Reach>> = {
  'src/errors': { values: [] },
  'src/stage.ts': { values: [] },
  'src/exceedsDepth.ts': { values: [] },
  'src/emitFrom.ts': { values: [] },
  'src/model': { values: ['src/errors/', 'zod'] },
  'src/request': { values: ['src/errors/', 'zod', 'node:crypto'], types: ['src/model/Model.ts'] },
  'src/transport': {
    values: ['src/errors/', 'src/stage.ts', 'src/emitFrom.ts', 'rxjs', 'undici', 'node:'],
    types: ['HttpRequest', 'DispatcherLike', 'Limits', 'Timeouts'].map((name) => `src/request/${name}.ts`),
  },
  'src/sse': { values: ['src/errors/', 'src/stage.ts'] },
  'src/wire': { values: ['src/errors/', 'src/stage.ts', 'src/exceedsDepth.ts'], types: ['src/sse/SseRecord.ts', 'src/sse/TextLine.ts'] },
  'src/events': { values: ['src/errors/', 'src/stage.ts'], types: ['src/wire/Chunk.ts', 'src/wire/RateLimit.ts', 'src/wire/TokenLogprob.ts'] },
  src: {
    values: ['errors/', 'stage.ts', 'model/', 'request/', 'transport/', 'sse/', 'wire/', 'events/'].map((part) => `src/${part}`),
    types: ['rxjs'],
  },
  'src/testing': {
    values: ['src/errors/', 'src/testing/arbitraries/', 'rxjs', 'node:'],
    types: ['src/events/', 'src/stage.ts'],
  },
  'src/testing/arbitraries': { values: ['src/testing/sse/'], types: ['src/events/', 'fast-check'] },
  operators: {
    values: ['src/events/', 'src/errors/', 'src/stage.ts', 'src/exceedsDepth.ts', 'src/emitFrom.ts', 'rxjs'],
    // An answer is a message of the conversation that goes on.
    types: ['src/request/Context.ts', 'src/request/Part.ts'],
  },
};

/** Every import that the picture does not show. */
export const brokenArrows = (modules: readonly SourceModule[]): string[] =>
  modules.flatMap((module) => {
    const part = partOf(module.path);
    const reach = REACH[part];
    if (reach === undefined) return [`${module.path}: is in no known part of the project`];
    return module.imports
      .filter(({ to, typeOnly }) => partOf(to) !== part && !allows(reach, to, typeOnly))
      .map(({ to, line, typeOnly }) => `${module.path}:${line}: ${part} takes ${typeOnly ? 'a type' : 'code'} of ${to}`);
  });

/** The folders and packages a file loads, directly or not. */
export const loadedBy = (modules: readonly SourceModule[], entry: string): string[] => {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { to, typeOnly } of byPath.get(path)?.imports ?? []) if (!typeOnly) load(to);
  };
  load(entry);
  return [...new Set([...loaded].map(partOf))].sort();
};

/** Chains of imports that come back to where they began. */
export const importCycles = (modules: readonly SourceModule[]): string[] => {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const settled = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const began = trail.indexOf(path);
    if (began !== -1) cycles.push([...trail.slice(began), path].join(' -> '));
    if (began !== -1 || settled.has(path)) return;
    for (const { to, typeOnly } of byPath.get(path)?.imports ?? []) if (!typeOnly) visit(to, [...trail, path]);
    settled.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return cycles;
};

const allows = ({ values, types = [] }: Reach, to: string, typeOnly: boolean): boolean =>
  [...values, ...(typeOnly ? types : [])].some((begin) =>
    /[/:]$/.test(begin) ? to.startsWith(begin) : to === begin || to.startsWith(`${begin}/`),
  );

/** Files at the top that belong to no station and are for all. */
const COMMON: readonly string[] = ['stage.ts', 'exceedsDepth.ts', 'emitFrom.ts'];

const partOf = (path: string): string => {
  const [top = '', folder = '', inner = ''] = path.split('/');
  if (top === 'operators') return top;
  if (top !== 'src') return path.startsWith('node:') ? 'node' : path;
  if (folder === 'testing' && inner === 'arbitraries') return 'src/testing/arbitraries';
  return folder.endsWith('.ts') && !COMMON.includes(folder) ? top : `${top}/${folder}`;
};

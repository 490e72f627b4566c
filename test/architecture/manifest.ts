/** A `package.json`, as far as the rules look. */
export interface Manifest {
  readonly type?: string;
  readonly sideEffects?: unknown;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: unknown;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A `package-lock.json`, as far as the rules look. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly integrity?: string; readonly hasInstallScript?: boolean }>>;
}

/** What runs on the machine of whoever installs the package. */
const INSTALL_SCRIPTS: readonly string[] = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];

/** What would surprise whoever installs the package. */
export const surprisesIn = (manifest: Manifest): string[] => {
  const { type, sideEffects, dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {}, scripts = {} } = manifest;
  const needed = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [
    ...(type === 'module' ? [] : ['is no ES module']),
    ...(sideEffects === false ? [] : ['does not say that it has no side effects']),
    ...Object.keys(dependencies).filter((name) => name !== 'undici' && name !== 'zod').map((name) => `depends on ${name}`),
    ...needed.filter((name) => name !== 'rxjs').map((name) => `expects ${name}`),
    ...(needed.includes('rxjs') ? [] : ['does not expect rxjs of its user']),
    ...INSTALL_SCRIPTS.filter((name) => name in scripts).map((name) => `runs ${name} on install`),
  ];
};

/** What in a lockfile binds the project to one machine, or cannot be checked. */
export const tiesIn = ({ packages }: Lockfile): string[] =>
  Object.entries(packages).flatMap(([path, { resolved, integrity, hasInstallScript }]) => [
    ...(resolved === undefined ? [] : [`${path}: is fetched from ${resolved}`]),
    ...(path === '' || integrity !== undefined ? [] : [`${path}: has no integrity`]),
    ...(hasInstallScript === true ? [`${path}: runs a script on install`] : []),
  ]);

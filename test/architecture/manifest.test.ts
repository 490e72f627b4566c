import { describe, expect, it } from 'vitest';
import { surprisesIn, tiesIn, type Lockfile, type Manifest } from './manifest.ts';
import { readJson } from './project.ts';

const manifest: Manifest = readJson('package.json');
// The lockfile is npm's own; its shape is what `npm ci` relies on.
const lockfile = readJson('package-lock.json') as unknown as Lockfile;

describe('package.json', () => {
  it('surprises nobody who installs the package', () => {
    expect(surprisesIn(manifest)).toEqual([]);
  });

  it('would be found out if it did', () => {
    const dependencies = { ...manifest.dependencies, rxjs: '^7.8.1' };
    expect(surprisesIn({ ...manifest, dependencies })).toEqual(['depends on rxjs']);
    expect(surprisesIn({ ...manifest, sideEffects: true })).toEqual(['does not say that it has no side effects']);
    expect(surprisesIn({ ...manifest, scripts: { postinstall: 'node .' } })).toEqual(['runs postinstall on install']);
    expect(surprisesIn({ ...manifest, peerDependenciesMeta: {} })).toEqual(['expects fast-check']);
    expect(surprisesIn({})).toEqual([
      'is no ES module',
      'does not say that it has no side effects',
      'does not expect rxjs of its user',
    ]);
  });

  it('opens three doors, and shows itself', () => {
    expect(manifest.exports).toEqual({
      '.': { types: './dist/src/index.d.ts', default: './dist/src/index.js' },
      './operators': { types: './dist/operators/index.d.ts', default: './dist/operators/index.js' },
      './testing': { types: './dist/src/testing/index.d.ts', default: './dist/src/testing/index.js' },
      './package.json': './package.json',
    });
    expect(manifest.engines).toEqual({ node: '>=20.19' });
    expect(manifest.peerDependencies?.['rxjs']).toBe('^7.8.1');
  });
});

describe('package-lock.json', () => {
  it('binds nobody to one registry, and can be checked', () => {
    expect(tiesIn(lockfile)).toEqual([]);
    expect(tiesIn({ packages: { '': {}, 'node_modules/a': { resolved: 'http://here/a.tgz', hasInstallScript: true } } })).toEqual([
      'node_modules/a: is fetched from http://here/a.tgz',
      'node_modules/a: has no integrity',
      'node_modules/a: runs a script on install',
    ]);
  });
});

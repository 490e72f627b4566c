import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cleanUp } from '../support/cleanUp.ts';
import { runProgram } from './support.ts';

interface Report {
  readonly heaps: readonly number[];
  readonly listeners?: number;
  readonly openSockets: number;
  readonly warnings: readonly string[];
  readonly handles: readonly string[];
  readonly tookMs: number;
}

interface OpenReport extends Report {
  readonly texts: number;
  readonly torn: number;
  readonly failures: readonly string[];
  readonly closedMs: number;
  readonly perStreamKB: number;
}

/** The endpoint in a process of its own, so that neither side's work is the other's. */
const serve = async (kind: 'whole' | 'begun'): Promise<string> => {
  const server = spawn(process.execPath, [fileURLToPath(new URL('soakServer.mjs', import.meta.url)), kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUp(() => server.kill('SIGKILL'));
  const [port] = (await once(server.stdout, 'data')) as [Buffer];
  return `http://127.0.0.1:${port.toString().trim()}/v1`;
};

/** How many files a process may have open, less what it has open anyway. */
const allowedSockets = (): number => {
  const said = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return said === 'unlimited' ? Infinity : Number(said) - 100;
};

const CALLS = Number(process.env['SOAK_CALLS'] ?? 100_000);
const STREAMS = Math.min(Number(process.env['SOAK_STREAMS'] ?? 10_000), allowedSockets());

const expectNothingLeft = (report: Report): void => {
  console.log(JSON.stringify(report));
  expect(report.openSockets).toBeLessThan(20);
  expect(report.warnings).toEqual([]);
  expect(report.handles).toEqual([]);
  expect(report.listeners ?? 0).toBe(0);
};

/** From the first look to the last: what grows with the calls shows however noisy single looks are. */
const growthMB = ({ heaps }: Report): number => (heaps.at(-1) ?? NaN) - (heaps[0] ?? NaN);

describe('many calls', () => {
  it(`fault 113, T-AB-03: ${CALLS} short ones one after the other leave a flat heap, no handle and no warning`, async () => {
    const report = await runProgram<Report>('soakClient.mjs', { baseUrl: await serve('whole'), program: 'short', count: CALLS });
    expectNothingLeft(report);
    expect(growthMB(report)).toBeLessThan(3);
  });

  it(`fault 114, T-AB-04: ${CALLS / 2} that know one signal and are left in their body leave no listener and a flat heap`, async () => {
    const report = await runProgram<Report>('soakClient.mjs', { baseUrl: await serve('begun'), program: 'left', count: CALLS / 2 });
    expectNothingLeft(report);
    expect(growthMB(report)).toBeLessThan(3);
  });

  it(`fault 114: ${CALLS} whose signal fires at once leave no listener and a flat heap`, async () => {
    const report = await runProgram<Report>('soakClient.mjs', { baseUrl: await serve('begun'), program: 'aborted', count: CALLS });
    expectNothingLeft(report);
    expect(growthMB(report)).toBeLessThan(3);
  });

  it(`fault 113: ${STREAMS} open at once are all closed again`, async () => {
    const report = await runProgram<OpenReport>('soakClient.mjs', { baseUrl: await serve('begun'), program: 'open', count: STREAMS });
    expectNothingLeft(report);
    expect(report).toMatchObject({ texts: STREAMS, torn: STREAMS, failures: [], openSockets: 0 });
    expect(report.closedMs).toBeLessThan(20_000);
    expect(report.perStreamKB).toBeLessThan(200);
  });
});

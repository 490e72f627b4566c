import { chunk, script } from 'rx-completions/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshPackage, type FreshPackage } from '../examples/freshPackage.ts';
import { context, leaksIn, options, SHAPES } from './echoes.ts';
import { PHASES } from './phases.ts';
import { endpointOf } from './support.ts';

/** Makes a call with everything it needs, in whatever thread it runs. */
const CALLING = `
  import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
  import { lastValueFrom, of } from 'rxjs';
  import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
  import { accumulateText, retryCall } from 'rx-completions/operators';

  const call = (baseUrl) => {
    const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl });
    const context = { messages: [{ role: 'user', content: 'Hello' }] };
    return lastValueFrom(streamOpenAICompletions(model, context).pipe(retryCall(), accumulateText()));
  };

  if (isMainThread) {
    const baseUrl = process.argv[2];
    const workers = [1, 2].map(() => new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: baseUrl });
      worker.once('message', resolve).once('error', reject);
    }));
    console.log(JSON.stringify(await Promise.all([call(baseUrl), ...workers])));
  } else parentPort.postMessage(await call(workerData));
`;

/** Leaves calls in the phases they have come to and does nothing else; says how long the process lives on. */
const LEAVING = `
  import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
  import { limitRate, rateLimiter, retryCall } from 'rx-completions/operators';

  const limiter = rateLimiter({ requestsPerMinute: 1 });
  limiter.reserve().subscribe();
  const pipes = { 'waits for its turn': limitRate(limiter), 'waits to retry': retryCall() };
  const subscriptions = Object.entries(JSON.parse(process.argv[2])).map(([phase, baseUrl]) => {
    const call = streamOpenAICompletions(
      openAICompatModel({ provider: 'test', id: 'm', baseUrl }),
      { messages: [{ role: 'user', content: 'Hello' }] },
      { apiKey: phase === 'waits for its key' ? () => new Promise(() => {}) : null },
    );
    return (pipes[phase] ?? ((source) => source))(call).subscribe({ error: (error) => console.error(error) });
  });
  setTimeout(() => {
    for (const subscription of subscriptions) subscription.unsubscribe();
    const left = performance.now();
    process.once('exit', () => console.log(Math.round(performance.now() - left)));
  }, 300);
`;

/** Logs an error in every way a program does, and dies of the last one. */
const LOGGING = `
  import { lastValueFrom } from 'rxjs';
  import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';

  const { baseUrl, context, options } = JSON.parse(process.argv[2]);
  const answer = streamOpenAICompletions(openAICompatModel({ provider: 'test', id: 'm', baseUrl }), context, options);
  await lastValueFrom(answer).catch((error) => {
    console.log(error);
    console.error('failed', error, String(error), JSON.stringify(error));
    console.dir(error, { depth: null, showHidden: true });
    console.table([error]);
    process.emitWarning(error);
  });
  answer.subscribe();
`;

let built: FreshPackage;
beforeAll(async () => {
  built = await freshPackage();
  await built.add('threads.mjs', CALLING);
  await built.add('leaving.mjs', LEAVING);
  await built.add('logging.mjs', LOGGING);
}, 60_000);
afterAll(() => built[Symbol.asyncDispose]());

describe('a program', () => {
  it('fault 118: makes calls in threads side by side, and ends by itself', async () => {
    const endpoint = await endpointOf(script().data(chunk({ text: 'Hello', finish: 'stop' })).done());
    const { code, output, errors } = await built.run('threads.mjs', [endpoint.baseUrl]);
    expect({ code, output, errors }).toEqual({ code: 0, output: '["Hello","Hello","Hello"]\n', errors: '' });
    expect(endpoint.connections).toBe(3);
  });

  it('T-AB-01, fault 116: that leaves a call in each of its phases ends by itself at once', async () => {
    const servers: Record<string, string> = {};
    for (const [name, begin] of Object.entries(PHASES)) servers[name] = (await begin()).baseUrl;
    const { code, output, errors } = await built.run('leaving.mjs', [JSON.stringify(servers)]);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(Number(output)).toBeLessThan(2_000);
  });

  it.each(['JSON error', 'error frame'])('fault 121: that logs what fails shows nothing of a request that came back as a %s', async (name) => {
    const endpoint = await endpointOf(SHAPES[name]!);
    const { code, output, errors } = await built.run('logging.mjs', [JSON.stringify({ baseUrl: endpoint.baseUrl, context, options })]);
    expect(code).toBe(1);
    expect(errors).toContain('CompletionError');
    expect(leaksIn(output + errors)).toEqual([]);
  });
});

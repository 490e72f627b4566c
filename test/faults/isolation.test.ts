import { lastValueFrom, toArray, type ObservableInput } from 'rxjs';
import { CompletionError, type StreamEvent } from 'rx-completions';
import { accumulateText, fallbackEndpoints, retryCall, stripThink, verifyEvents } from 'rx-completions/operators';
import { chunk, script } from 'rx-completions/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshPackage, type FreshPackage } from '../examples/freshPackage.ts';
import { modulesUnder } from '../architecture/project.ts';
import { done, finish, start, text } from '../support/events.ts';
import { endpointOf } from './support.ts';

interface ForeignObserver {
  readonly next: (event: StreamEvent) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

/** An Observable of another library, or of another copy of rxjs: it shares nothing with ours but the symbol. */
const foreign = (events: readonly StreamEvent[], error?: Error): ObservableInput<StreamEvent> => {
  const own = {
    subscribe: (observer: ForeignObserver) => {
      for (const event of events) observer.next(event);
      if (error === undefined) observer.complete();
      else observer.error(error);
      return { unsubscribe: () => undefined };
    },
  };
  // The type knows the symbol only; where the platform has none, rxjs looks for this name.
  return { ...own, '@@observable': () => own } as unknown as ObservableInput<StreamEvent>;
};

const NONE = { defaultValue: undefined };
const answer = [start(), text('Hel'), text('lo'), finish(), done()];

describe('an Observable that is none of our rxjs', () => {
  it('fault 117: is a source of every operator', async () => {
    const texts = accumulateText()(foreign(answer));
    expect(await lastValueFrom(texts, NONE)).toBe('Hello');
    const events = stripThink()(retryCall()(verifyEvents()(foreign(answer))));
    expect(await lastValueFrom(events.pipe(toArray()), NONE)).toEqual(answer);
  });

  it('fault 117: is an alternate of a fallback, and its failure is one like any other', async () => {
    const failed = foreign([start()], new CompletionError('connect'));
    const events = await lastValueFrom(fallbackEndpoints([failed, foreign(answer)])(foreign([], new CompletionError('connect'))).pipe(toArray()), NONE);
    expect(events?.filter(({ type }) => type === 'text_delta')).toEqual([text('Hel'), text('lo')]);
  });
});

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

describe('threads', () => {
  let built: FreshPackage;
  beforeAll(async () => {
    built = await freshPackage();
    await built.add('threads.mjs', CALLING);
  }, 60_000);
  afterAll(() => built[Symbol.asyncDispose]());

  it('fault 118: make calls side by side, and the process ends by itself', async () => {
    const endpoint = await endpointOf(script().data(chunk({ text: 'Hello', finish: 'stop' })).done());
    const { code, output, errors } = await built.run('threads.mjs', [endpoint.baseUrl]);
    expect({ code, output, errors }).toEqual({ code: 0, output: '["Hello","Hello","Hello"]\n', errors: '' });
    expect(endpoint.connections).toBe(3);
  });

  it('fault 118: share no state, since no module has any but the dispatchers and what hangs on foreign objects', () => {
    const stateful = [...modulesUnder('src'), ...modulesUnder('operators')].flatMap(({ path, source }) =>
      [...source.text.matchAll(/^(?:export )?(?:let \w.*|const (\w+)[^=\n]*= new (?:Map|Set|WeakMap|WeakSet)\b.*)$/gm)]
        .filter(([line]) => !/^const [A-Z_]+\b/.test(line))
        .map(([line]) => `${path}: ${line}`),
    );
    expect(stateful).toEqual([
      'src/transport/TracedClient.ts: const traces = new WeakMap<object, SocketTrace>();',
      'src/transport/onAbort.ts: const listenings = new WeakMap<AbortSignal, Listening>();',
      'src/transport/sharedDispatcher.ts: let shared: DispatcherLike | undefined;',
      'src/transport/sharedDispatcher.ts: let fresh: DispatcherLike | undefined;',
    ]);
  });
});

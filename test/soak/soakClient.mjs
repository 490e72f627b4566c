/** Makes calls, many one after the other or many at once, and prints what they left behind. */
import { setFlagsFromString } from 'node:v8';
import { getEventListeners } from 'node:events';
import { connect } from 'node:net';
import { firstValueFrom, lastValueFrom, filter, finalize } from 'rxjs';
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { accumulateText, assembleToolCalls, normalizeUsage, retryCall, stripThink, verifyEvents } from 'rx-completions/operators';

const { baseUrl, program, count } = JSON.parse(process.argv[2]);
setFlagsFromString('--expose-gc');
const MB = 1024 * 1024;
const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl });
const context = { messages: [{ role: 'user', content: 'Hello' }] };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const warnings = [];
process.on('warning', (warning) => warnings.push(String(warning)));
process.on('unhandledRejection', (reason) => warnings.push(`unhandled ${String(reason)}`));

const heapMB = async () => {
  for (let time = 0; time < 3; time++) {
    await pause(20);
    gc();
  }
  return Math.round((10 * process.memoryUsage().heapUsed) / MB) / 10;
};
const handles = () => process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap' && kind !== 'TTYWrap').sort();

const pipe = (source) =>
  source.pipe(retryCall(), stripThink(), assembleToolCalls(), normalizeUsage(), verifyEvents());

const programs = {
  /** Short calls, some at a time, each read to its end. */
  short: async () => {
    const { signal } = new AbortController();
    const one = async () => {
      const text = await lastValueFrom(pipe(streamOpenAICompletions(model, context, { signal })).pipe(accumulateText()));
      if (text !== 'Hello there') throw new Error(`read ${text}`);
    };
    const batch = async (calls) => {
      let left = calls;
      await Promise.all(Array.from({ length: 8 }, async () => {
        while (left-- > 0) await one();
      }));
    };
    await batch(2000);
    const heaps = [await heapMB()];
    for (let part = 0; part < 4; part++) {
      await batch(count / 4);
      heaps.push(await heapMB());
    }
    return { heaps, listeners: getEventListeners(signal, 'abort').length };
  },

  /** Calls that all know one signal, each left in its body. */
  left: async () => {
    const { signal } = new AbortController();
    const started = pipe(streamOpenAICompletions(model, context, { signal })).pipe(filter(({ type }) => type === 'text_delta'));
    const batch = async (calls) => {
      let left = calls;
      await Promise.all(Array.from({ length: 16 }, async () => {
        while (left-- > 0) await firstValueFrom(started);
      }));
    };
    await batch(1000);
    const heaps = [await heapMB()];
    for (let part = 0; part < 4; part++) {
      await batch(count / 4);
      heaps.push(await heapMB());
    }
    return { heaps, listeners: getEventListeners(signal, 'abort').length };
  },

  /** Calls whose own signals fire, and calls that are left before they have begun. */
  aborted: async () => {
    const long = new AbortController();
    const one = (at) =>
      new Promise((resolve, reject) => {
        const aborting = new AbortController();
        // Not joined by AbortSignal.any: of that, Node keeps something for as long as the long one lives.
        const { signal } = at % 2 === 0 ? aborting : long;
        const call = streamOpenAICompletions(model, context, { signal });
        const subscription = call.subscribe({ error: (error) => (error.code === 'aborted' ? resolve() : reject(error)) });
        if (at % 2 === 0) aborting.abort();
        else {
          subscription.unsubscribe();
          setImmediate(resolve);
        }
      });
    const batch = async (from, to) => {
      for (let at = from; at < to; at++) await one(at);
    };
    await batch(0, 1000);
    const heaps = [await heapMB()];
    for (let part = 0; part < 4; part++) {
      await batch(0, count / 4);
      heaps.push(await heapMB());
    }
    return { heaps, listeners: getEventListeners(long.signal, 'abort').length };
  },

  /** Calls all open at once, then all left at once. */
  open: async () => {
    const before = await heapMB();
    const rssBefore = process.memoryUsage().rss;
    const began = performance.now();
    let texts = 0;
    let torn = 0;
    const failures = [];
    const subscriptions = await new Promise((resolve) => {
      const all = [];
      const begin = () => {
        for (let more = 0; more < 200 && all.length < count; more++)
          all.push(
            pipe(streamOpenAICompletions(model, context))
              .pipe(finalize(() => (torn += 1)))
              .subscribe({
                next: ({ type }) => {
                  if (type === 'text_delta' && ++texts === count) resolve(all);
                },
                error: (error) => {
                  failures.push(`${error.code} ${error.message}`);
                  if (failures.length === 1) resolve(all);
                },
              }),
          );
        if (all.length < count) setTimeout(begin, 5);
      };
      begin();
    });
    const openMs = Math.round(performance.now() - began);
    const heap = await heapMB();
    const perStreamKB = Math.round((process.memoryUsage().rss - rssBefore) / count / 1024);
    const since = performance.now();
    for (const subscription of subscriptions) subscription.unsubscribe();
    const leftMs = Math.round(performance.now() - since);
    const isOpen = () => process.getActiveResourcesInfo().some((kind) => kind === 'TCPSocketWrap' || kind === 'TCPWrap');
    while (isOpen()) await pause(5);
    const closedMs = Math.round(performance.now() - since);
    return { texts, torn, failures: failures.slice(0, 3), openMs, leftMs, closedMs, perStreamKB, heaps: [before, heap, await heapMB()] };
  },
};

const handlesBefore = handles();
const began = performance.now();
const report = await programs[program]();
const tookMs = Math.round(performance.now() - began);
// The endpoint tells how many sockets it still has.
const openSockets = await new Promise((resolve) => {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname, () => socket.end('GET /open HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'));
  let answer = '';
  socket.on('data', (bytes) => (answer += bytes)).on('close', () => resolve(Number(answer.split('\r\n\r\n')[1])));
});
await pause(10);
console.log(JSON.stringify({ ...report, tookMs, openSockets, warnings, handles: handles().filter((kind) => !handlesBefore.includes(kind)) }));

/** Makes one call to a hostile endpoint and prints what it came to and what it cost. */
import { readFileSync } from 'node:fs';
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { assembleToolCalls } from 'rx-completions/operators';
import { MockAgent } from 'undici';

const { baseUrl, options = {}, mock, busyMs = 0 } = JSON.parse(process.argv[2]);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const MB = 1024 * 1024;
const context = { messages: [{ role: 'user', content: 'Hello' }] };

/** What the system noted: its own `maxRSS` counts the process this one was started from, too. */
const peakRss = () => {
  const noted = process.platform === 'linux' ? /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) : null;
  return 1024 * Number(noted?.[1] ?? process.resourceUsage().maxRSS);
};

const PROBE_MS = 2;
let measuring = false;
let blockedMs = 0;
let tickedAt = 0;

/** A tick that comes late tells how long the event loop was held. */
const tick = () => {
  const now = performance.now();
  if (measuring) blockedMs = Math.max(blockedMs, now - tickedAt - PROBE_MS);
  tickedAt = now;
};

/** Keeps the process busy while the system fills its buffers, and looks at the delays from then on. */
const keepBusy = () => {
  measuring = false;
  for (const since = performance.now(); performance.now() - since < busyMs; );
  setTimeout(() => {
    tickedAt = performance.now();
    measuring = true;
  }, PROBE_MS);
};

const call = (given = {}) =>
  new Promise((resolve) => {
    const counts = {};
    const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl });
    const ended = (error) => resolve({ counts, error });
    streamOpenAICompletions(model, context, { ...options, ...given })
      .pipe(assembleToolCalls())
      .subscribe({
        next: ({ type }) => {
          counts[type] = (counts[type] ?? 0) + 1;
          if (type === 'start' && watching !== undefined && busyMs > 0) keepBusy();
        },
        error: ended,
        complete: () => ended(undefined),
      });
  });

/** The whole body in one piece, as a mock or a gateway in the same process may hand it over. */
const mocked = () => {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const frame = Buffer.from(mock.frame);
  const body = Buffer.alloc(frame.length * Math.floor(mock.bytes / frame.length), frame);
  agent.get(new URL(baseUrl).origin).intercept({ path: () => true, method: 'POST' }).reply(200, body, { headers: { 'content-type': 'text/event-stream' } });
  return { dispatcher: agent };
};

let watching;
await call();
const given = mock === undefined ? {} : mocked();
gc();
const before = process.memoryUsage();
let peakHeap = 0;
watching = setInterval(() => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  peakHeap = Math.max(peakHeap, heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers);
}, 10);
const probing = setInterval(tick, PROBE_MS);
await pause(50);
measuring = true;
const began = performance.now();
const { counts, error } = await call(given);
const tookMs = Math.round(performance.now() - began);
// The last delay is noted when the next tick comes.
await pause(20);
measuring = false;
clearInterval(probing);
clearInterval(watching);
for (let time = 0; time < 3; time++) {
  await pause(10);
  gc();
}
const after = process.memoryUsage();
console.log(
  JSON.stringify({
    code: error?.code ?? 'complete',
    message: error?.message ?? '',
    errorLength: error === undefined ? 0 : JSON.stringify(error).length + String(error.stack).length,
    counts,
    tookMs,
    blockedMs: Math.round(blockedMs),
    peakRssMB: Math.round((peakRss() - before.rss) / MB),
    peakHeapMB: Math.round(peakHeap / MB),
    // A mock keeps its body.
    keptMB: mock === undefined ? Math.round((after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / MB) : 0,
  }),
);
await given.dispatcher?.close();

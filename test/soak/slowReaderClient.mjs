/** Reads a long answer more slowly than it comes, and prints what it read and what that took of the heap. */
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { coalesceDeltas, stripThink, toAsyncIterable, toReadableStream } from 'rx-completions/operators';

const { baseUrl, way, config, restMs } = JSON.parse(process.argv[2]);
const MiB = 1024 * 1024;
const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl });
const call = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Hello' }] });

const ways = {
  toAsyncIterable: toAsyncIterable(config)(call.pipe(stripThink())),
  toReadableStream: toReadableStream(config)(call),
  coalesceDeltas: toAsyncIterable(config)(call.pipe(coalesceDeltas())),
};

await call.forEach(() => undefined);
let characters = 0;
let peakHeap = 0;
let next = 4 * MiB;
let ending = '';
for await (const event of ways[way]) {
  ending = event.type;
  if (event.type === 'text_delta') characters += event.delta.length;
  if (characters < next) continue;
  // A rest every so often, the first one long enough to be seen from the other side.
  await new Promise((resolve) => setTimeout(resolve, next === 4 * MiB ? restMs : 10));
  next += 4 * MiB;
  peakHeap = Math.max(peakHeap, process.memoryUsage().heapUsed);
}
console.log(JSON.stringify({ characters, ending, peakHeapMB: Math.round(peakHeap / MiB) }));

/** Keeps a model's thinking apart from its answer, whether it comes in a field of its own or in `<think>` tags. */
import { map, merge, scan, share } from 'rxjs';
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { accumulateText, stripThink } from 'rx-completions/operators';
import { chunk, script, scriptedEndpoint } from 'rx-completions/testing';

const pieces = ['<thi', 'nk>Six times ', 'seven.</th', 'ink>', 'It is ', '42.'];
const tagged = pieces.reduce((soFar, text) => soFar.data(chunk({ text })), script());
await using endpoint = await scriptedEndpoint(tagged.data(chunk({ finish: 'stop' })).done());

const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: endpoint.baseUrl });
const context = { messages: [{ role: 'user', content: 'What is six times seven?' }] } as const;

// Two panes read one call: `share` lets them have the same request instead of one each.
const events = streamOpenAICompletions(model, context).pipe(stripThink(), share());

const thinking = events.pipe(
  // A `start` voids what came before it, so a pane begins anew.
  scan((text, event) => (event.type === 'start' ? '' : event.type === 'reasoning_delta' ? text + event.delta : text), ''),
);
const panes = merge(
  thinking.pipe(map((text) => ({ pane: 'thinking', text }))),
  events.pipe(accumulateText(), map((text) => ({ pane: 'answer', text }))),
);

const screen: Record<string, string> = {};
await panes.forEach(({ pane, text }) => (screen[pane] = text));
console.log(screen);

/** Shows an answer as blocks that open and close: thinking, text, calls. */
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { markParts, stripThink } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';

await using endpoint = await scriptedEndpoint(
  scriptOfAnswer('<think>Look it up.</think>One moment.', { toolCalls: [{ id: 'c1', name: 'weather', args: { city: 'Bern' } }] }),
);
const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: endpoint.baseUrl });
const call = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'How cold is it in Bern?' }] });

// Each block is one element of a view: created at a start, filled by deltas, folded at an end.
await call.pipe(stripThink(), markParts()).forEach((event) => {
  switch (event.type) {
    case 'reasoning_start':
    case 'text_start':
    case 'tool_call_start':
      process.stdout.write(`${event.part} ${event.type === 'tool_call_start' ? event.name : event.type.replace('_start', '')}: `);
      break;
    case 'reasoning_delta':
    case 'text_delta':
    case 'tool_call_delta':
      process.stdout.write(event.delta);
      break;
    case 'reasoning_end':
    case 'text_end':
    case 'tool_call_end':
      console.log(event.closed ? '.' : ' (cut off)');
  }
});

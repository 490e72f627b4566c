/** Shows a file while a tool call is still writing it. */
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { byToolCall } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { concat, map, mergeMap, of } from 'rxjs';

const toolCalls = [{ name: 'write', args: { text: 'Marbles roll by.' } }];
await using endpoint = await scriptedEndpoint(scriptOfAnswer('', { toolCalls, pieceLength: 12 }));
const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: endpoint.baseUrl });
const call = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Write a haiku into a file' }] });

// Each call is there as soon as its name is, with the text of its arguments so far. They complete when they are whole, and fail
// when they will never be: nothing that was cut is taken for a file.
const lines = call.pipe(
  byToolCall(),
  mergeMap(({ name, args }) => concat(args.pipe(map((text) => `${name} ${text}`)), of(`${name} is whole`))),
);
await lines.forEach((line) => console.log(line));

/** Lets the model use tools until it has an answer: asks, runs what it calls, tells it the results, asks again. */
import { openAICompatModel, streamOpenAICompletions, type Message } from 'rx-completions';
import { runnableTool, runTools } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { z } from 'zod';

const tools = [
  runnableTool({ name: 'weather', parameters: z.object({ city: z.string() }) }, ({ city }) => ({ city, degrees: 7 })),
  runnableTool({ name: 'send_mail', parameters: z.object({ to: z.string() }) }, ({ to }) => Promise.resolve(`sent to ${to}`)),
];

// Stands in for a model that calls both tools at once, and answers once it has the results.
const toolCalls = [{ name: 'weather', args: { city: 'Bern' } }, { name: 'send_mail', args: { to: 'all@example.org' } }];
await using endpoint = await scriptedEndpoint([scriptOfAnswer('', { toolCalls }), scriptOfAnswer('It is 7 degrees, and nobody knows.')]);
const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: endpoint.baseUrl });
const messages: Message[] = [{ role: 'user', content: 'Tell everybody how cold it is in Bern!' }];

await runTools((soFar) => streamOpenAICompletions(model, { messages: soFar, tools }), {
  messages,
  tools,
  approve: ({ name }) => name !== 'send_mail' || 'ask again on Monday',
}).forEach((event) => {
  if (event.type === 'tool_result') console.log(`${event.name}: ${event.content}`);
  if (event.type === 'text_delta') process.stdout.write(event.delta);
  if (event.type === 'done') console.log(`\n${event.attempts} calls`);
});

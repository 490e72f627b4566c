/** Offers tools, runs the call the model makes, and gives the result back. */
import { defineTool, openAICompatModel, streamOpenAICompletions, type Message } from 'rx-completions';
import { accumulateText, assembleToolCalls, type ToolCallEvent } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { filter, lastValueFrom, toArray } from 'rxjs';
import { z } from 'zod';

const weather = defineTool({ name: 'weather', parameters: z.object({ city: z.string() }) });
const clock = defineTool({ name: 'clock', parameters: z.object({ zone: z.string().default('UTC') }) });
const tools = [weather, clock] as const;

// The first request is answered with a call, the second, which brings the result, with text.
await using endpoint = await scriptedEndpoint([
  scriptOfAnswer('One moment.', { toolCalls: [{ id: 'call_1', name: 'weather', args: { city: 'Bern' } }] }),
  scriptOfAnswer('It is 7 degrees in Bern.'),
]);
const model = openAICompatModel({ provider: 'openai-like', id: 'tool-user', baseUrl: endpoint.baseUrl });
const messages: Message[] = [{ role: 'user', content: 'How cold is it in Bern?' }];

const calls = await lastValueFrom(
  streamOpenAICompletions(model, { messages, tools }).pipe(
    assembleToolCalls({ tools }),
    filter((event) => event.type === 'tool_call'),
    toArray(),
  ),
  { defaultValue: [] },
);

const run = (call: ToolCallEvent<typeof tools>): string => {
  if (call.inputError !== undefined) return `not run: ${call.inputError.message}`; // the model can do better with this
  // `name` tells the tools apart, so `input` has the type of this tool's schema.
  return call.name === 'weather' ? `7 degrees in ${call.input.city}` : `noon in ${call.input.zone}`;
};
for (const call of calls) console.log(call.name, call.args, '->', run(call));

messages.push({ role: 'assistant', content: calls });
for (const call of calls) messages.push({ role: 'tool', toolCallId: call.id ?? call.callId, content: run(call) });
const reply = streamOpenAICompletions(model, { messages, tools }).pipe(accumulateText());
console.log(await lastValueFrom(reply, { defaultValue: '' }));

/** Holds a conversation: each answer goes back as the message it is. */
import { defineTool, openAICompatModel, streamOpenAICompletions, type Message } from 'rx-completions';
import { collectMessage } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { z } from 'zod';

const tools = [defineTool({ name: 'weather', parameters: z.object({ city: z.string() }) })] as const;

// Stands in for a real server: it calls the tool, and answers once it has the result.
await using endpoint = await scriptedEndpoint([
  scriptOfAnswer('One moment.', { reasoning: 'I need the weather.', toolCalls: [{ name: 'weather', args: { city: 'Bern' } }] }),
  scriptOfAnswer('It is 7 degrees in Bern.'),
]);
const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: endpoint.baseUrl });
const messages: Message[] = [{ role: 'user', content: 'How cold is it in Bern?' }];

const answers = streamOpenAICompletions(model, { messages, tools }).pipe(collectMessage({ tools }));

while (messages.at(-1)?.role !== 'assistant') {
  await answers.forEach((answer) => {
    messages.push(answer);
    for (const part of answer.content) {
      if (part.type === 'text') console.log(part.text);
      if (part.type !== 'tool_call') continue;
      const content = part.inputError === undefined ? `7 degrees in ${part.input.city}` : part.inputError.message;
      messages.push({ role: 'tool', toolCallId: part.id ?? part.callId, content });
    }
  });
}
console.log(`${messages.length} messages`);

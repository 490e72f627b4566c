/** Prints an answer as it comes. */
import { openAICompatModel, streamOpenAICompletions, type Context } from 'rx-completions';
import { accumulateText } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';

// Stands in for a real server: leave it out, and point `baseUrl` to yours, such as http://localhost:8000/v1.
await using endpoint = await scriptedEndpoint(scriptOfAnswer('Nothing runs until you subscribe.', { pieceLength: 11 }));

const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: endpoint.baseUrl });
const context: Context = {
  systemPrompt: 'Answer in one sentence.',
  messages: [{ role: 'user', content: 'What is special about Observables?' }],
};

// A cold Observable: each subscription makes one request, and unsubscribing closes its socket.
const events = streamOpenAICompletions(model, context, { temperature: 0 });

await events.forEach((event) => {
  if (event.type === 'text_delta') process.stdout.write(event.delta);
  if (event.type === 'done') console.log(`\n(${event.reason})`);
});

// Where the text so far is wanted, as in a view that is drawn anew each time:
await events.pipe(accumulateText()).forEach((text) => console.log(text));

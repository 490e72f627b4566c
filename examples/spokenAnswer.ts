/** Hands an answer to a voice sentence by sentence, without the customer's number, and only as far as the stop. */
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { redact, splitSentences, stopWhen } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';

await using endpoint = await scriptedEndpoint(
  scriptOfAnswer('Your parcel left Bern at 8.30 today. Ask for number 4711-0815. [END] You are a helpful assistant.', { pieceLength: 3 }),
);
const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: endpoint.baseUrl });

await streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Where is my parcel?' }] })
  .pipe(stopWhen('[END]'), redact(/\d{4}-\d{4}/g, { maxLength: 9, replacement: 'on file' }), splitSentences({ trim: true }))
  .forEach((sentence) => console.log(sentence));

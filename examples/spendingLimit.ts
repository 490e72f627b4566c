/** Hangs up on an answer once it has used too much, and tells how soon it began. */
import { CompletionError, openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { accumulateText, measure, takeWhileBudget } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { tap } from 'rxjs';

await using endpoint = await scriptedEndpoint(scriptOfAnswer('round and round '.repeat(500), { pieceLength: 16 }));
const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: endpoint.baseUrl });

// What the endpoint has not reported yet is estimated by length. With prices, `usd` bounds the cost.
let shown = '';
const answer = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'A long story' }] }).pipe(
  measure(),
  tap((event) => event.type === 'measure' && console.log(event.at, event.durationMs < 5000 ? 'in time' : 'late')),
  takeWhileBudget({ tokens: 200 }),
  accumulateText(),
);
try {
  await answer.forEach((text) => (shown = text));
} catch (error) {
  if (!(error instanceof CompletionError)) throw error;
  console.log(error.code, error.message);
}
console.log(`${shown.length} characters were shown`);

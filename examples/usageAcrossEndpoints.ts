/** Reads what answers used and cost, whatever each endpoint calls it. */
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { addUsage, billableOutput, normalizeUsage, uncachedInput, type Usage } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer, type JsonObject } from 'rx-completions/testing';
import { filter, takeLast } from 'rxjs';

const reports: Record<string, JsonObject> = {
  openai: { prompt_tokens: 90, completion_tokens: 40, total_tokens: 130, prompt_tokens_details: { cached_tokens: 64 } },
  openrouter: { prompt_tokens: 90, completion_tokens: 40, total_tokens: 130, cost: 0.0021 },
  deepseek: { prompt_tokens: 90, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 26, completion_tokens: 40 },
  // Here the reasoning comes on top of the output; only the sum shows it.
  xai: { prompt_tokens: 90, completion_tokens: 10, total_tokens: 130, completion_tokens_details: { reasoning_tokens: 30 } },
  proxy: { input_tokens: 90, output_tokens: 40, input_tokens_details: { cached_tokens: 64 } },
};
await using endpoint = await scriptedEndpoint(Object.values(reports).map((usage) => scriptOfAnswer('Hi', { usage })));

const ask = (provider: string) =>
  streamOpenAICompletions(openAICompatModel({ provider, id: 'some-model', baseUrl: endpoint.baseUrl }), {
    messages: [{ role: 'user', content: 'Hello' }],
  });

const used: Usage[] = [];
for (const provider of Object.keys(reports)) {
  await ask(provider)
    .pipe(
      normalizeUsage(),
      filter((event) => event.type === 'usage'),
      takeLast(1), // the latest counts: reports of one answer replace each other
    )
    .forEach((usage) => used.push(usage));
}

console.table(
  used.map((usage, index) => ({
    endpoint: Object.keys(reports)[index],
    input: usage.input,
    output: usage.output,
    total: usage.total,
    'billed output': billableOutput(usage), // with the reasoning, where it is not in the output already
    'uncached input': uncachedInput(usage),
    cost: usage.cost?.total, // what is unknown is absent, never 0
  })),
);
// Different answers do add up.
const { input, output } = used.reduce(addUsage);
console.log({ input, output });

/** Asks one endpoint after the other until one answers, without a word twice. */
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { accumulateText, fallbackEndpoints } from 'rx-completions/operators';
import { chunk, script, scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { connect, filter, map, merge } from 'rxjs';

await using busy = await scriptedEndpoint(script().json({ error: { message: 'overloaded' } }, { status: 503 }));
await using silent = await scriptedEndpoint(script().comment('still thinking').stall());
await using broken = await scriptedEndpoint(script().data(chunk({ role: 'assistant', text: '' })).reset());
await using good = await scriptedEndpoint(scriptOfAnswer('Here I am.'));

const ask = ({ baseUrl }: { readonly baseUrl: string }, id: string) =>
  streamOpenAICompletions(
    openAICompatModel({ provider: 'demo', id, baseUrl }),
    { messages: [{ role: 'user', content: 'Is anybody there?' }] },
  );

const events = ask(busy, 'busy').pipe(
  // Cold calls are factories already: none of these asks anything until its turn comes.
  fallbackEndpoints([ask(silent, 'silent'), ask(broken, 'broken'), ask(good, 'good')], {
    firstContentWithin: 300, // keep-alives and an empty first delta are no content
    onFailure: 'restart', // after the first content, too: the next `start` voids what was shown
  }),
);

const lines = events.pipe(
  connect((shared) =>
    merge(
      shared.pipe(filter((event) => event.type === 'fallback'), map(({ error }) => `failed: ${error.code}`)),
      shared.pipe(filter((event) => event.type === 'start'), map(({ endpoint, attempt }) => `${endpoint.model}, attempt ${attempt}`)),
      shared.pipe(accumulateText()),
    ),
  ),
);
await lines.forEach((line) => console.log(line));

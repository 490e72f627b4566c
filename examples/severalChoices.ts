/** Asks for two answers at once, and treats each as a call of its own. */
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { byChoice, collectMessage, stripThink } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { map, mergeMap } from 'rxjs';

const choices = [{ text: '<think>A pun.</think>Rx for bugs' }, { text: 'Stream on' }];
await using endpoint = await scriptedEndpoint(scriptOfAnswer('', { choices }));
const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: endpoint.baseUrl });
const call = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'A slogan?' }] }, { n: 2 });

// As with `groupBy`: one Observable per choice, with its number as `key`, and whatever operators it takes within.
const slogans = call.pipe(
  byChoice(),
  mergeMap((choice) =>
    choice.pipe(
      stripThink({ drop: true }),
      collectMessage(),
      map(({ content }) => `${choice.key}: ${content.map((part) => (part.type === 'text' ? part.text : '')).join('')}`),
    ),
  ),
);
await slogans.forEach((slogan) => console.log(slogan));

/** Tests a pipeline of one's own: by the laws every operator obeys, and against an endpoint that breaks off. */
import { CompletionError, openAICompatModel, streamOpenAICompletions, type StreamEvent } from 'rx-completions';
import { accumulateText, assembleToolCalls, stripThink } from 'rx-completions/operators';
import { chunk, operatorContract, script, scriptedEndpoint } from 'rx-completions/testing';
import type { Observable } from 'rxjs';

const answerText = (events: Observable<StreamEvent>): Observable<string> =>
  events.pipe(stripThink({ drop: true }), assembleToolCalls(), accumulateText());

// In a test runner each law is a test: for (const { name, run } of operatorContract(…)) it(name, run).
for (const { name, run } of operatorContract(() => answerText)) {
  await run();
  console.log(`an operator ${name}`);
}

// A raw socket can do what no mock of `fetch` does: cut within a character, fall silent, reset, tell who hung up.
const cut = script().split('every').data(chunk({ text: '<think>Hm</think>Grü' })).reset();
const abandoned = script().data(chunk({ text: 'Grü' })).expectClosed({ withinMs: 500 });
await using endpoint = await scriptedEndpoint([cut, abandoned]);
const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl: endpoint.baseUrl });
const events = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Hello' }] });

const texts: string[] = [];
try {
  await answerText(events).forEach((text) => texts.push(text));
} catch (error) {
  if (!(error instanceof CompletionError)) throw error;
  console.log(texts, error.code, error.committed); // what came is there, and the failure is no success
}

await new Promise<void>((resolve) => {
  const subscription = answerText(events).subscribe(() => {
    subscription.unsubscribe();
    resolve();
  });
});
await endpoint.verify(); // from the server's side: unsubscribing closed the socket
console.log(`${endpoint.requests.length} requests, unsubscribed in time`);

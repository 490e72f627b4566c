// Passes Observables of one copy of rxjs into operators that were built on another.
import * as other from 'other-rxjs';
import * as own from 'rxjs';
import { CompletionError, openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { accumulateText, fallbackEndpoints } from 'rx-completions/operators';
import { scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';

const text = (delta) => ({ type: 'text_delta', choice: 0, delta });
const words = other.of(text('Hel'), text('lo'), { type: 'done', reason: 'stop', attempts: 1 });

const server = await scriptedEndpoint(scriptOfAnswer('Hello, stream!'));
const model = openAICompatModel({ provider: 'local', id: 'm', baseUrl: server.baseUrl });
const call = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Hello' }] });

const all = (source) => own.lastValueFrom(own.from(source).pipe(own.toArray()));
const failing = other.throwError(() => new CompletionError('connect'));

console.log(
  JSON.stringify({
    copiesDiffer: own.Observable !== other.Observable,
    lifted: await all(accumulateText()(words)),
    piped: await other.lastValueFrom(words.pipe(accumulateText(), other.toArray())),
    fellBack: (await all(fallbackEndpoints([words])(failing))).map((event) => event.type),
    calledByTheOther: await other.lastValueFrom(other.from(call).pipe(accumulateText())),
  }),
);
await server.close();

/** Reads a JSON answer part by part while it comes in, from an endpoint that refuses schemas. */
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { askForAnswer, formMemory, parseAnswer } from 'rx-completions/operators';
import { script, scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { lastValueFrom, share, tap } from 'rxjs';
import { z } from 'zod';

const Trip = z.object({ stops: z.array(z.object({ city: z.string(), nights: z.number().min(1) })), note: z.string().optional() });

await using endpoint = await scriptedEndpoint([
  script().json({ error: "'response_format.type' must be 'text' or 'json_object'" }, { status: 400 }),
  scriptOfAnswer('```json\n{"stops":[{"city":"Bern","nights":2},{"city":"Chur","nights":1}],"note":null}\n```'),
]);
const model = openAICompatModel({ provider: 'local', id: 'planner', baseUrl: endpoint.baseUrl });
const messages = [{ role: 'user', content: 'Two stops in Switzerland' }] as const;

// Remembers what the endpoint refuses: share one per model and endpoint.
const memory = formMemory();
const events = askForAnswer(
  Trip,
  ({ responseFormat, instructions }) =>
    streamOpenAICompletions(model, { systemPrompt: `You plan trips. ${instructions}`, messages }, { responseFormat }),
  { memory },
).pipe(tap((event) => event.type === 'fallback' && console.log('asked again:', memory.refused())), share());

const answer = parseAnswer(Trip);
events.pipe(answer.at('stops.*')).subscribe(({ city, nights }) => console.log(`${nights} in ${city}`));
const trip = await lastValueFrom(events.pipe(answer), { defaultValue: undefined });
console.log(trip);

import { defer, type Observable, type ObservableInput } from 'rxjs';
import { configError } from '../src/errors/configError.ts';
import type { FallbackEvent } from '../src/events/NoticeEvent.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnswerForm, AnswerFormKind } from './answer/AnswerForm.ts';
import type { AnswerSchema } from './answer/AnswerSchema.ts';
import type { FormMemory } from './answer/formMemory.ts';
import { formsOf } from './answer/formsOf.ts';
import { isFormRefusal } from './answer/isFormRefusal.ts';
import type { AnyEvent } from './EventOperator.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { fallbackEndpoints } from './fallbackEndpoints.ts';

/** Config of `askForAnswer`. */
export interface AskForAnswerConfig {
  /**
   * The forms to ask in, in this order. The last one is asked in although it was refused before.
   *
   * @defaultValue json_schema, json_object, prompt
   */
  readonly forms?: readonly AnswerFormKind[] | undefined;
  /**
   * What is known of this model and endpoint.
   *
   * @defaultValue nothing: each call begins with the first form
   */
  readonly memory?: FormMemory | undefined;
  /**
   * The schema as JSON Schema, for the endpoint and the prompt.
   *
   * @defaultValue what the schema itself writes, as those of zod do
   */
  readonly jsonSchema?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Asks for an answer in JSON, in the next form where the endpoint refuses one: by the schema, for any JSON object, in words.
 * `ask` makes the call of one form; for the latter two, `instructions` hold the schema and must stand in its prompt.
 *
 *     json_schema:  --#                    # = 400, "'response_format.type' must be …"
 *     json_object:    --s--t-t-f-d|
 *     out:          --F----(st)t-f-d|      F = fallback
 *
 * A refusal is an error that would come again (400, 404, 415, 422, 501) and speaks of the form of the answer, before any content;
 * every other failure is passed on. Each switch is a `fallback` event, and counts as an attempt. A form refused for this schema
 * alone is asked in again with the next one. With several endpoints, each has an `askForAnswer` and a memory of its own.
 *
 * @example
 * import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
 * import { askForAnswer, parseAnswer } from 'rx-completions/operators';
 * import { z } from 'zod';
 *
 * const City = z.object({ name: z.string(), people: z.number() });
 * const model = openAICompatModel({ provider: 'lmstudio', id: 'qwen3', baseUrl: 'http://localhost:1234/v1' });
 * const events = askForAnswer(City, ({ responseFormat, instructions: systemPrompt }) =>
 *   streamOpenAICompletions(model, { systemPrompt, messages: [{ role: 'user', content: 'The largest city?' }] }, { responseFormat }));
 * const city = events.pipe(parseAnswer(City)); // asks when it is subscribed to
 *
 * @throws `CompletionError` with code `config`, when called with a schema that cannot write itself as JSON Schema.
 * @see parseAnswer, formMemory
 */
export const askForAnswer = <const Schema extends AnswerSchema, E extends AnyEvent = StreamEvent>(
  schema: Schema,
  ask: (form: AnswerForm<Schema>) => ObservableInput<E>,
  config: AskForAnswerConfig = {},
): Observable<E | FallbackEvent> => {
  expectConfig('askForAnswer', config, FIELDS);
  const { forms: kinds = KINDS, memory, jsonSchema } = config;
  const forms = formsOf(schema, expectKinds(kinds), jsonSchema);
  return defer(() => {
    const refused = new Set(memory?.refused());
    const left = forms.filter(({ kind }, at) => at === forms.length - 1 || !refused.has(kind));
    let latest: AnswerForm | undefined;
    const asks = left.map((form) => () => {
      latest = form;
      // The forms are made of this very schema.
      return ask(form as AnswerForm<Schema>);
    });
    const [first, ...others] = asks;
    return defer(() => first?.() ?? []).pipe(
      fallbackEndpoints(others, {
        shouldFallback: (failure) => {
          const refusal = latest === undefined || latest.kind === 'prompt' ? undefined : isFormRefusal(failure);
          if (latest !== undefined && refusal === 'form') memory?.refuse(latest.kind);
          return refusal !== undefined;
        },
      }),
    );
  });
};

const KINDS: readonly AnswerFormKind[] = ['json_schema', 'json_object', 'prompt'];

const FIELDS: ConfigFields<AskForAnswerConfig> = { forms: true, memory: true, jsonSchema: true };

const expectKinds = (given: unknown): readonly AnswerFormKind[] => {
  const kinds = Array.isArray(given) ? given.flatMap((kind) => KINDS.filter((known) => known === kind)) : [];
  if (kinds.length > 0 && kinds.length === (given as readonly unknown[]).length) return kinds;
  throw configError("`forms` of `askForAnswer` must be some of 'json_schema', 'json_object', 'prompt'");
};

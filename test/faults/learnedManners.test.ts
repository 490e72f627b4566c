import { openAICompatModel, streamOpenAICompletions, type CallOptions, type Context, type Model, type StreamEvent } from 'rx-completions';
import { chunk, script, scriptOfAnswer, type RunningEndpoint } from 'rx-completions/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { endpointOf } from './support.ts';

type Body = Readonly<Record<string, unknown>>;

/** An endpoint that refuses every request `objects` finds fault with. */
const endpointThat = (objects: (body: Body) => unknown, status = 400): Promise<RunningEndpoint> =>
  endpointOf((request) => {
    const said = objects(request.json() as Body);
    return said === undefined ? scriptOfAnswer('Hi') : script().json(said, { status });
  });

const hello: Context = { messages: [{ role: 'user', content: 'hi' }] };
const modelAt = ({ baseUrl }: RunningEndpoint, more: object = {}): Model => openAICompatModel({ provider: 'test', id: 'm', baseUrl, ...more });
const ask = (model: Model, options: CallOptions = {}, context = hello): Promise<StreamEvent[]> =>
  lastValueFrom(streamOpenAICompletions(model, context, options).pipe(toArray()), { defaultValue: [] });
const lessonsIn = (events: readonly StreamEvent[]): number => events.filter((event) => event.type === 'warning' && event.code === 'manners_learned').length;

const refusesUsage = ({ stream_options }: Body): unknown =>
  stream_options === undefined ? undefined : { error: { message: "Extra inputs are not permitted, field: 'stream_options'" } };

describe('an endpoint that says what it wants', () => {
  it.each([
    ['a message', { error: { message: "Extra inputs are not permitted, field: 'stream_options'" } }],
    ['a report', { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted', input: {} }] }],
    ['a parameter', { error: { message: 'Unrecognized request argument supplied: stream_options', param: 'stream_options' } }],
  ])('T-US-14: is asked again without stream_options when it refuses them in %s, and not taught twice', async (_what, said) => {
    const endpoint = await endpointThat(({ stream_options }) => (stream_options === undefined ? undefined : said), 422);
    const model = modelAt(endpoint);
    expect(lessonsIn(await ask(model))).toBe(1);
    expect(lessonsIn(await ask(model))).toBe(0);
    expect(endpoint.requests).toHaveLength(3);
  });

  it.each(['max_tokens', 'max_completion_tokens'] as const)('gets the other field for %s', async (refused) => {
    const endpoint = await endpointThat((body) =>
      refused in body ? { error: { message: `Unsupported parameter: '${refused}' is not supported with this model. Use another instead.` } } : undefined,
    );
    // Known to want the one that this endpoint refuses.
    const model = modelAt(endpoint);
    const events = await ask(model, { maxTokens: 5 });
    expect(lessonsIn(events)).toBe(refused === 'max_tokens' ? 1 : 0);
    expect(endpoint.requests.at(-1)?.json()).toMatchObject({ [refused === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens']: 5 });
  });

  it('T-TH-11: gets reasoning back, an empty one too, when it misses it', async () => {
    const endpoint = await endpointThat(({ messages }) =>
      (messages as Body[]).some((message) => message['role'] === 'assistant' && !('reasoning_content' in message))
        ? { error: { message: 'Missing `reasoning_content` field in the assistant message at message index 1.' } }
        : undefined,
    );
    const context: Context = { messages: [...hello.messages, { role: 'assistant', content: 'Yes?' }, ...hello.messages] };
    expect(lessonsIn(await ask(modelAt(endpoint), {}, context))).toBe(2);
    expect(endpoint.requests).toHaveLength(3);
  });

  it.each([
    'max_tokens value of 100000 is not allowed: the maximum is 8192',
    'Invalid max_tokens: unexpected value 0',
    '`max_tokens` = 99999 is not supported; at most 8192',
  ])('is not taken for one that knows no such field: %s', async (message) => {
    const endpoint = await endpointThat((body) => ('max_tokens' in body ? { error: { message } } : undefined));
    await expect(ask(modelAt(endpoint), { maxTokens: 100_000 })).rejects.toMatchObject({ status: 400 });
    expect(endpoint.requests).toHaveLength(1);
  });

  it('T-US-14: teaches every call that was under way', async () => {
    const endpoint = await endpointThat((body) => ('max_tokens' in body ? { detail: [{ loc: ['body', 'max_tokens'], msg: 'Extra inputs are not permitted' }] } : undefined));
    const model = modelAt(endpoint);
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(model, { maxTokens: 5 })));
    expect(answers.map(lessonsIn)).toEqual([1, 1, 1, 1]);
  });

  it('T-RF-01: teaches nothing once an answer has begun', async () => {
    const endpoint = await endpointOf(
      script().data(chunk({ text: 'Half' })).data({ error: { code: 400, message: 'unexpected field stream_options' } }),
    );
    await expect(ask(modelAt(endpoint))).rejects.toMatchObject({ committed: true });
    expect(endpoint.requests).toHaveLength(1);
  });

  it('is not learned over what the model says, nor from words about something else', async () => {
    const usage = await endpointThat(refusesUsage);
    await expect(ask(modelAt(usage, { includeUsage: true }))).rejects.toMatchObject({ code: 'http_status', status: 400 });
    const large = await endpointThat(() => ({ error: { message: 'max_tokens is too large: 100000. This model supports at most 4096.' } }));
    await expect(ask(modelAt(large), { maxTokens: 100_000 })).rejects.toMatchObject({ status: 400 });
    const deaf = await endpointThat(() => ({ error: { message: 'unknown field stream_options' } }));
    await expect(ask(modelAt(deaf))).rejects.toMatchObject({ status: 400 });
    expect([usage, large, deaf].map(({ requests }) => requests.length)).toEqual([1, 1, 2]);
  });
});

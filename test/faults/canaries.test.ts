import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { ProxyAgent } from 'undici';
import { streamOpenAICompletions, type CompletionError, type Context, type StreamEvent } from 'rx-completions';
import { fallbackEndpoints, retryCall } from 'rx-completions/operators';
import { chunk, script } from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';
import { cleanUp } from '../support/cleanUp.ts';
import { CANARIES, context, flat, heard, leaksIn, options, printed, SHAPES } from './echoes.ts';
import { endpointOf, modelAt, outcomeOf } from './support.ts';

/** The model's own words may repeat anything; all else is what this package says. */
const isSaidByUs = (event: StreamEvent): boolean => ['start', 'warning', 'retry', 'fallback', 'heartbeat'].includes(event.type);

describe('an endpoint that repeats the request', () => {
  it.each(Object.entries(SHAPES))('fault 121: as a %s finds nothing of it in errors and notices', async (_name, shape) => {
    const endpoint = await endpointOf(shape);
    const { values, error } = await outcomeOf(streamOpenAICompletions(modelAt(endpoint), context, options));
    expect(error).toMatchObject({ name: 'CompletionError' });
    expect(leaksIn(printed(error))).toEqual([]);
    expect(leaksIn(printed(values.filter(isSaidByUs)))).toEqual([]);
    const [request] = endpoint.requests;
    expect(leaksIn(heard(request!)).map((leak) => leak.split(':')[0])).toEqual(Object.keys(CANARIES));
  });

  it('fault 121: finds nothing of it in what recovery tells of it', async () => {
    const shapes = [SHAPES['JSON error']!, SHAPES['text error']!, SHAPES['error with a hidden cause']!];
    const endpoints = await Promise.all(shapes.map((shape) => endpointOf(shape)));
    const [first, ...others] = endpoints.map((endpoint) => streamOpenAICompletions(modelAt(endpoint), context, options));
    const again = retryCall({ maxAttempts: 2, baseDelayMs: 1 });
    const { values, error } = await outcomeOf(first!.pipe(fallbackEndpoints(others.map((other) => other.pipe(again)), { shouldFallback: () => true })));
    expect(error).toMatchObject({ code: 'endpoints_exhausted' });
    expect(error?.errors).toHaveLength(3);
    expect(values.map(({ type }) => type)).toEqual(expect.arrayContaining(['fallback', 'retry']));
    expect(leaksIn(printed([error, ...values]))).toEqual([]);
  });

  it('fault 121: under a request id finds nothing of it in start', async () => {
    const endpoint = await endpointOf(() => script().headers(200, { 'x-request-id': `id-${CANARIES.key}` }).data(chunk({ text: 'a', finish: 'stop' })).done());
    const { values } = await outcomeOf(streamOpenAICompletions(modelAt(endpoint), context, options));
    expect(values[0]).toMatchObject({ type: 'start', requestId: 'id-***' });
  });

  it('fault 121: is still understood: its own words stay, and so does the name of the model', async () => {
    const said = `The model \`a-model-with-a-long-name\` does not know the tool look_up_the_address. You sent: ${CANARIES.prompt}`;
    const endpoint = await endpointOf(script().json({ error: { message: said } }, { status: 400 }));
    const { error } = await outcomeOf(streamOpenAICompletions({ ...modelAt(endpoint), id: 'a-model-with-a-long-name' }, context, options));
    expect(error?.providerError?.message).toBe('The model `a-model-with-a-long-name` does not know the tool look_up_the_address. You sent: ***');
  });

  it('is classified by its words also where the prompt has the same', async () => {
    const words = 'You exceeded your current quota, please check your plan';
    const endpoint = await endpointOf(script().json({ error: { message: words } }, { status: 429 }));
    const asking = { messages: [{ role: 'user', content: `What does this mean: ${words}` }] } as const;
    const { error } = await outcomeOf(streamOpenAICompletions(modelAt(endpoint), asking, options));
    expect(error).toMatchObject({ code: 'quota', providerError: { message: '***' } });
  });
});

describe('what the caller gets wrong', () => {
  const address = { baseUrl: 'http://127.0.0.1:9/v1' };
  const cases: Readonly<Record<string, () => Promise<{ readonly error: CompletionError | undefined }>>> = {
    'a line break in the key': () => outcomeOf(streamOpenAICompletions(modelAt(address), context, { ...options, apiKey: `${CANARIES.key}\r\nx: ${CANARIES.header}` })),
    'a character of no header in the key': () => outcomeOf(streamOpenAICompletions(modelAt(address), context, { apiKey: `${CANARIES.key}\u2028` })),
    'a line break in a header': () => outcomeOf(streamOpenAICompletions(modelAt(address), context, { headers: { 'x-tenant': `${CANARIES.header}\n` } })),
    'a secret for a header name': () => outcomeOf(streamOpenAICompletions(modelAt(address), context, { headers: { [`${CANARIES.header}\n`]: 'x' } })),
    'credentials in the address': () =>
      outcomeOf(streamOpenAICompletions({ ...modelAt(address), baseUrl: `http://${CANARIES.key}:${CANARIES.header}@127.0.0.1:9/v1` }, context)),
    'a secret in the address': () =>
      outcomeOf(streamOpenAICompletions({ ...modelAt(address), baseUrl: `http://127.0.0.1:9/v1/chat/completions?api-key=${CANARIES.key}` }, context)),
    'a key that cannot be had': () =>
      outcomeOf(streamOpenAICompletions(modelAt(address), context, { apiKey: () => Promise.reject(new Error(`no Bearer ${CANARIES.key}`)) })),
    'a message of no known kind': () =>
      outcomeOf(streamOpenAICompletions(modelAt(address), { messages: [{ role: 'user', content: [{ type: CANARIES.prompt, text: CANARIES.tool }] }] } as unknown as Context)),
    'nobody at the address': () => outcomeOf(streamOpenAICompletions(modelAt(address), context, options)),
  };

  it.each(Object.entries(cases))('fault 121: %s is told without showing it', async (_name, attempt) => {
    const { error } = await attempt();
    expect(error).toMatchObject({ name: 'CompletionError' });
    expect(leaksIn(printed(error))).toEqual([]);
  });

  it.each([403, 407, 502])('fault 121, fault 14: a proxy that answers %i shows neither its credentials nor the request', async (status) => {
    const proxy = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (bytes: Buffer) => {
        const echo = flat(bytes.toString('latin1'));
        socket.end(`HTTP/1.1 ${status} ${echo}\r\nx-echo: ${echo}\r\ncontent-length: ${echo.length}\r\n\r\n${echo}`);
      });
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const credentials = { proxy: 'ProxyCanary55aa77bb99cc', coded: Buffer.from('user:ProxyCanary55aa77bb99cc').toString('base64') };
    const agent = new ProxyAgent(`http://user:${credentials.proxy}@127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    cleanUp(async () => {
      await agent.destroy();
      proxy.close();
    });
    const { error } = await outcomeOf(
      streamOpenAICompletions(modelAt({ baseUrl: 'http://behind.test/v1' }), context, { ...options, dispatcher: agent }),
    );
    expect(error).toMatchObject({ code: 'connect' });
    expect(leaksIn(printed(error), { ...CANARIES, ...credentials })).toEqual([]);
  });
});

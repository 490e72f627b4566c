import { inspect } from 'node:util';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { ProxyAgent } from 'undici';
import {
  streamOpenAICompletions,
  type AssistantMessage,
  type CallOptions,
  type CompletionError,
  type Context,
  type StreamEvent,
} from 'rx-completions';
import { fallbackEndpoints, retryCall } from 'rx-completions/operators';
import { chunk, script, type RecordedRequest, type Script } from 'rx-completions/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshPackage, type FreshPackage } from '../examples/freshPackage.ts';
import { cleanUp, endpointOf, modelAt, outcomeOf } from './support.ts';

/** What must come up nowhere: none of it looks like a key of a known vendor. */
const CANARIES = {
  key: 'KeyCanary4f9c2e7a1b8d3061',
  header: 'HeaderCanary77d0e2b4c6a81f35',
  cookie: 'session=CookieCanary90ab12cd34ef56',
  system: 'SystemCanary: you are the oracle of the seventh gate',
  prompt: 'PromptCanary: I have "not" told my doctor\nabout the pills since März',
  tool: 'ToolCanary 17 Rue des Martyrs, Paris, third floor',
  result: 'ResultCanary balance of account 4471 is 12,345.67',
} as const;

const call: AssistantMessage['content'] = [
  { type: 'tool_call', id: 'call_1', name: 'look_up_the_address', args: JSON.stringify({ address: CANARIES.tool }) },
];
const context: Context = {
  systemPrompt: CANARIES.system,
  messages: [
    { role: 'user', content: [{ type: 'text', text: CANARIES.prompt }] },
    { role: 'assistant', content: call },
    { role: 'tool', toolCallId: 'call_1', content: CANARIES.result },
  ],
};
const options: CallOptions = { apiKey: CANARIES.key, headers: { 'x-tenant': CANARIES.header, cookie: CANARIES.cookie } };

/** Everything an endpoint has heard, in one text. */
const heard = ({ headers, body }: RecordedRequest): string => `${JSON.stringify(headers)} ${body}`;
const texts = (request: RecordedRequest): string =>
  [request.headers['authorization'], request.headers['x-tenant'], request.headers['cookie'], ...Object.values(CANARIES)].join(' ');
/** As a header or an address may carry it. */
const flat = (text: string): string => text.replace(/[^\x21-\x7e]+/g, ' ');

type Shape = (request: RecordedRequest) => Script;

const after = (text: string): Script => script().data(chunk({ text }));

const SHAPES: Readonly<Record<string, Shape>> = {
  'JSON error': (request) => script().json({ error: { message: texts(request), code: heard(request), type: texts(request), param: heard(request) } }, { status: 400 }),
  'JSON error that quotes the body': (request) => script().json({ error: { message: `cannot read ${request.body}` } }, { status: 422 }),
  'validation report': (request) =>
    script().json({ detail: [{ loc: ['body', texts(request)], msg: texts(request), input: request.json() }] }, { status: 422 }),
  'error with a hidden cause': (request) =>
    script().json({ error: { message: 'Provider returned error', metadata: { raw: JSON.stringify({ error: { message: heard(request) } }) } } }, { status: 502 }),
  'JSON error that is cut off': (request) => script().headers(500).body(`{"message":${JSON.stringify(texts(request))},"request":${request.body}`).end(),
  'HTML error': (request) => script().headers(500, { 'content-type': 'text/html' }).body(`<html><body><pre>${heard(request)}</pre><p>${texts(request)}`).end(),
  'text error': (request) => script().headers(503, { 'content-type': 'text/plain' }).body(heard(request)).end(),
  'HTML page under 200': (request) => script().headers(200, { 'content-type': 'text/html' }).body(`<html><title>${texts(request)}</title>`).end(),
  'text under 200': (request) => script().headers(200, { 'content-type': 'text/plain' }).body(heard(request)).end(),
  'JSON error under 200': (request) => script().json({ error: texts(request) }),
  'headers of an error': (request) =>
    script().headers(429, { 'x-request-id': flat(texts(request)), 'retry-after': flat(texts(request)), 'content-type': flat(heard(request)) }).end(),
  'an id of one word': ({ headers }) => script().headers(500, { 'x-request-id': headers['x-tenant'] ?? '' }).end(),
  'redirect to the key': (request) =>
    script().headers(307, { location: `http://${CANARIES.key}.${CANARIES.header}.test/${encodeURIComponent(heard(request))}` }).end(),
  'redirect with credentials': () => script().headers(302, { location: `http://${CANARIES.key}:x@127.0.0.1:1/?q=${CANARIES.header}` }).end(),
  'reason phrase': (request) => script().raw(`HTTP/1.1 500 ${flat(texts(request))}\r\ncontent-length: 0\r\n\r\n`),
  'head that is no HTTP': (request) => script().raw(`HTTP/1.1 ${flat(heard(request))}\r\n\r\n`).fin(),
  'chunk size that is none': (request) => script().headers().raw(`${flat(heard(request))}\r\n`).fin(),
  'header name that is none': (request) => script().raw(`HTTP/1.1 200 OK\r\n${flat(heard(request))}\r\n\r\n`).fin(),
  'encoding that is none': (request) => script().headers(200, { 'content-encoding': flat(texts(request)) }).body('x').end(),
  'body in no gzip': (request) => script().headers(200, { 'content-encoding': 'gzip' }).body(heard(request)).end(),
  'error frame': (request) => after('a').data({ error: { message: texts(request), code: texts(request), metadata: { raw: heard(request) } } }),
  'error in a choice': (request) => after('a').data({ choices: [{ index: 0, delta: {}, error: { message: heard(request) }, finish_reason: texts(request) }] }),
  'named error event': (request) => after('a').body(`event: error\ndata: ${JSON.stringify({ message: texts(request) })}\n\n`),
  'error event of plain text': (request) => after('a').body(`event: error\ndata: ${heard(request)}\n\n`),
  'error field': (request) => after('a').body(`error: ${heard(request)}\n\n`),
  'failed generation': (request) => after('a').data({ error: { message: 'failed', failed_generation: heard(request) } }),
  'damaged frame': (request) => after('a').body(`data: {"choices": ${heard(request)}\n\n`),
  'frames that are no JSON': (request) =>
    after('a').body(`data: ${heard(request)}\n\n: ${heard(request)}\nretry: ${heard(request)}\nid: ${texts(request)}\nevent: ${texts(request)}\ndata: ok\n\n`).fin(),
  'field nobody knows': (request) => after('a').body(`${texts(request).replace('\n', ' ')}: 1\n\n`).fin(),
  'finish reason': (request) => after('a').data({ choices: [{ index: 0, delta: {}, finish_reason: 'error' }], note: heard(request) }),
  'truncated answer': (request) => after('a').comment(flat(heard(request))).fin(),
};

/** The model's own words may repeat anything; all else is what this package says. */
const isSaidByUs = (event: StreamEvent): boolean => ['start', 'warning', 'retry', 'fallback', 'heartbeat'].includes(event.type);

/** Everything a log could make of an error. */
const printed = (error: unknown): string => {
  const lines: string[] = [];
  const print = (value: unknown, depth = 0): void => {
    lines.push(inspect(value, { depth: Infinity, showHidden: true, getters: true, maxStringLength: Infinity }), String(value));
    lines.push(JSON.stringify(value), inspect(value, { customInspect: false }));
    if (!(value instanceof Error) || depth > 9) return;
    lines.push(value.message, value.stack ?? '');
    for (const key of Reflect.ownKeys(value)) print(Reflect.get(value, key), depth + 1);
  };
  print(error);
  return lines.join('\n');
};

/** Every piece of a canary that a text holds: 16 characters are enough to know the rest. */
const leaksIn = (text: string, canaries: Readonly<Record<string, string>> = CANARIES): readonly string[] => {
  const small = text.toLowerCase();
  return Object.entries(canaries).flatMap(([name, canary]) => {
    for (const written of [canary, JSON.stringify(canary).slice(1, -1), encodeURIComponent(canary)])
      for (let at = 0; at + 16 <= written.length; at++)
        if (small.includes(written.slice(at, at + 16).toLowerCase())) return [`${name}: ${written.slice(at, at + 16)}`];
    return [];
  });
};

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

/** Logs an error in every way a program does, and dies of the last one. */
const LOGGING = `
  import { lastValueFrom } from 'rxjs';
  import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';

  const { baseUrl, context, options } = JSON.parse(process.argv[2]);
  const answer = streamOpenAICompletions(openAICompatModel({ provider: 'test', id: 'm', baseUrl }), context, options);
  await lastValueFrom(answer).catch((error) => {
    console.log(error);
    console.error('failed', error, String(error), JSON.stringify(error));
    console.dir(error, { depth: null, showHidden: true });
    console.table([error]);
    process.emitWarning(error);
  });
  answer.subscribe();
`;

describe('a program that logs what fails', () => {
  let built: FreshPackage;
  beforeAll(async () => {
    built = await freshPackage();
    await built.add('logging.mjs', LOGGING);
  }, 60_000);
  afterAll(() => built[Symbol.asyncDispose]());

  it.each(['JSON error', 'error frame', 'text under 200'])('fault 121: shows nothing of a request that came back as a %s', async (name) => {
    const endpoint = await endpointOf(SHAPES[name]!);
    const { code, output, errors } = await built.run('logging.mjs', [JSON.stringify({ baseUrl: endpoint.baseUrl, context, options })]);
    expect(code).toBe(1);
    expect(errors).toContain('CompletionError');
    expect(leaksIn(output + errors)).toEqual([]);
  });
});

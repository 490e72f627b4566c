import { inspect } from 'node:util';
import type { AssistantMessage, CallOptions, Context } from 'rx-completions';
import { chunk, script, type RecordedRequest, type Script } from 'rx-completions/testing';

/** What must come up nowhere: none of it looks like a key of a known vendor. */
export const CANARIES = {
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
export const context: Context = {
  systemPrompt: CANARIES.system,
  messages: [
    { role: 'user', content: [{ type: 'text', text: CANARIES.prompt }] },
    { role: 'assistant', content: call },
    { role: 'tool', toolCallId: 'call_1', content: CANARIES.result },
  ],
};
export const options: CallOptions = { apiKey: CANARIES.key, headers: { 'x-tenant': CANARIES.header, cookie: CANARIES.cookie } };

/** Everything an endpoint has heard, in one text. */
export const heard = ({ headers, body }: RecordedRequest): string => `${JSON.stringify(headers)} ${body}`;
const texts = (request: RecordedRequest): string =>
  [request.headers['authorization'], request.headers['x-tenant'], request.headers['cookie'], ...Object.values(CANARIES)].join(' ');
/** As a header or an address may carry it. */
export const flat = (text: string): string => text.replace(/[^\x21-\x7e]+/g, ' ');

type Shape = (request: RecordedRequest) => Script;

const after = (text: string): Script => script().data(chunk({ text }));

export const SHAPES: Readonly<Record<string, Shape>> = {
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

/** Everything a log could make of an error. */
export const printed = (error: unknown): string => {
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
export const leaksIn = (text: string, canaries: Readonly<Record<string, string>> = CANARIES): readonly string[] => {
  const small = text.toLowerCase();
  return Object.entries(canaries).flatMap(([name, canary]) => {
    for (const written of [canary, JSON.stringify(canary).slice(1, -1), encodeURIComponent(canary)])
      for (let at = 0; at + 16 <= written.length; at++)
        if (small.includes(written.slice(at, at + 16).toLowerCase())) return [`${name}: ${written.slice(at, at + 16)}`];
    return [];
  });
};

import { createRequire } from 'node:module';

/** What one writes by hand. */

// The copy of undici that rx-completions uses; other clients bring one of their own.
const { Agent, request } = createRequire(new URL('../../../package.json', import.meta.url))('undici');

const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true });
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

/** The body of the response to a plain request. */
export const send = async (baseUrl) => {
  const options = { method: 'POST', body, headers: { 'content-type': 'application/json' }, dispatcher: agent };
  return (await request(`${baseUrl}/chat/completions`, options)).body;
};

/** Adds up what chunks of the wire say. */
export const createAdder = () => {
  const answer = { text: '', reasoning: '', calls: [] };
  const add = ({ choices }) => {
    const delta = choices[0]?.delta;
    if (delta === undefined) return;
    if (delta.content) answer.text += delta.content;
    if (delta.reasoning) answer.reasoning += delta.reasoning;
    for (const { index, function: { arguments: piece } } of delta.tool_calls ?? []) {
      answer.calls[index] = (answer.calls[index] ?? '') + piece;
    }
  };
  return { answer, add };
};

/** Bytes only. */
const bytes = (baseUrl) => async () => {
  let sum = 0;
  for await (const chunk of await send(baseUrl)) sum += chunk.length;
  if (sum === 0) throw new Error('nothing came');
  return {};
};

/** What a careful person writes: decode, split, parse each line, add up. The floor. */
const byHand = (baseUrl) => async () => {
  const { answer, add } = createAdder();
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of await send(baseUrl)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data: ') && line !== 'data: [DONE]') add(JSON.parse(line.slice(6)));
    }
  }
  return answer;
};

/** The same on bytes: lines found and cut without a decoder. A lower floor. */
const byHandOnBytes = (baseUrl) => async () => {
  const { answer, add } = createAdder();
  let rest = Buffer.alloc(0);
  for await (const chunk of await send(baseUrl)) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, start)) {
      if (end - start > 6 && data[start + 6] === 123) add(JSON.parse(data.toString('utf8', start + 6, end)));
      start = end + 1;
    }
    rest = data.subarray(start);
  }
  return answer;
};

const eventsourceParser = async (baseUrl) => {
  const { createParser } = await import('eventsource-parser');
  return async () => {
    const { answer, add } = createAdder();
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent: ({ data }) => {
        if (data !== '[DONE]') add(JSON.parse(data));
      },
    });
    for await (const chunk of await send(baseUrl)) parser.feed(decoder.decode(chunk, { stream: true }));
    return answer;
  };
};

export const floors = {
  bytes: { title: 'undici, bytes only', load: bytes },
  'floor on bytes': { title: 'by hand, on bytes', load: byHandOnBytes },
  floor: { title: 'by hand', load: byHand },
  'eventsource-parser': { load: eventsourceParser, from: 'eventsource-parser' },
};

import { Agent, request } from 'undici';

/**
 * The contenders: each a function that loads what it needs and gives a function that makes one call and tells how many
 * characters of content it found.
 */
const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true });
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
const send = async (url) => (await request(url, { method: 'POST', body, headers: { 'content-type': 'application/json' }, dispatcher: agent })).body;

const lengthOf = (delta) => (delta?.content?.length ?? 0) + (delta?.tool_calls?.[0]?.function.arguments.length ?? 0);

/** Bytes only. */
const bytes = () => async (url) => {
  let sum = 0;
  for await (const chunk of await send(url)) sum += chunk.length;
  return sum > 0 ? undefined : 0;
};

/** What a careful person writes by hand: decode, split, parse each line, add up. The floor. */
const byHand = () => async (url) => {
  const decoder = new TextDecoder();
  let rest = '';
  let text = '';
  for await (const chunk of await send(url)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
      const delta = JSON.parse(line.slice(6)).choices[0]?.delta;
      text += delta?.content ?? delta?.tool_calls?.[0]?.function.arguments ?? '';
    }
  }
  return text.length;
};

/** The same on bytes: lines found and cut without a decoder. A lower floor. */
const byHandOnBytes = () => async (url) => {
  let rest = Buffer.alloc(0);
  let text = '';
  for await (const chunk of await send(url)) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, start)) {
      if (end - start > 6 && data[start + 6] === 123) {
        const delta = JSON.parse(data.toString('utf8', start + 6, end)).choices[0]?.delta;
        text += delta?.content ?? delta?.tool_calls?.[0]?.function.arguments ?? '';
      }
      start = end + 1;
    }
    rest = data.subarray(start);
  }
  return text.length;
};

/** Ours, with what `watch` makes of the events. */
const ours = (watch) => async () => {
  const { openAICompatModel, streamOpenAICompletions } = await import('../../dist/src/index.js');
  const operators = await import('../../dist/operators/index.js');
  const context = { messages: [{ role: 'user', content: 'hi' }] };
  const limits = { maxToolInputBytes: 64 << 20 };
  return (url) => {
    const model = openAICompatModel({ provider: 'bench', id: 'm', baseUrl: url });
    return new Promise((resolve, reject) => watch(streamOpenAICompletions(model, context, { limits }), operators, resolve, reject));
  };
};

const events = ours((call, _, resolve, reject) => {
  let length = 0;
  call.subscribe({
    next: (event) => {
      if (event.type === 'text_delta' || event.type === 'tool_call_delta') length += event.delta.length;
    },
    error: reject,
    complete: () => resolve(length),
  });
});

const accumulated = ours((call, { accumulateText }, resolve, reject) => {
  let last = '';
  call.pipe(accumulateText()).subscribe({
    next: (text) => {
      last = text;
    },
    error: reject,
    complete: () => resolve(last.length),
  });
});

const fiveOperators = ours((call, operators, resolve, reject) => {
  const { fallbackEndpoints, stripThink, assembleToolCalls, normalizeUsage, accumulateText } = operators;
  let last = '';
  call.pipe(fallbackEndpoints([]), stripThink(), assembleToolCalls(), normalizeUsage(), accumulateText()).subscribe({
    next: (text) => {
      last = text;
    },
    error: reject,
    complete: () => resolve(last.length),
  });
});

export const clients = {
  bytes,
  floor: byHand,
  'floor on bytes': byHandOnBytes,
  events,
  accumulateText: accumulated,
  'five operators': fiveOperators,
};

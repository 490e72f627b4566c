import { chunk, script, usageReport } from '../../../dist/src/testing/index.js';
import { answers, ending, notItsJob, right, wrong } from '../judge.mjs';

/** Streams that differ from OpenAI's own, as endpoints really send them. */
const tool = { name: 'weather', description: 'Tells the weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } };
const fragment = (id, city, more) => ({ ...more, id, name: 'weather', args: JSON.stringify({ city }) });

const calls = (...cities) => (seen) => {
  if (seen.outcome !== 'complete') return wrong(ending(seen));
  if (seen.calls === undefined) return notItsJob;
  const found = seen.calls.map(({ name, input }) => `${name} ${input?.city}`);
  if (found.join() === cities.map((city) => `weather ${city}`).join()) return right;
  if (found.length === 0) return wrong('calls lost');
  return wrong(found.length < cities.length ? `${found.length} of ${cities.length} calls` : 'calls damaged');
};

const hello = ['Hel', 'lo'];
const sayHello = (of) => hello.reduce((soFar, text) => soFar.data(of(text)), script());
const stop = (opened, more) => opened.data(chunk({ finish: 'stop', ...more })).done();

/** Lines end in CRLF, and every byte comes in a write of its own. */
const inBytes = [...hello.map((text) => chunk({ role: 'assistant', text })), chunk({ finish: 'stop' })].map((each) => `data: ${JSON.stringify(each)}\r\n\r\n`).join('');

export const shapes = [
  { name: 'first delta without a role: text kept', play: () => stop(sayHello((text) => chunk({ text }))), judge: answers('Hello') },
  {
    name: 'first delta without a role: tool call kept',
    ask: { tool },
    play: () => script().data(chunk({ toolCall: fragment('call_1', 'Oslo', { index: 0 }) })).data(chunk({ finish: 'tool_calls' })).done(),
    judge: calls('Oslo'),
  },
  {
    name: 'two tool calls without an index: both kept',
    ask: { tool },
    play: () =>
      script()
        .data(chunk({ role: 'assistant', toolCall: [fragment('call_1', 'Oslo'), fragment('call_2', 'Rome')] }))
        .data(chunk({ finish: 'tool_calls' }))
        .done(),
    judge: calls('Oslo', 'Rome'),
  },
  {
    name: '"error": null in every chunk: text kept',
    play: () => stop(sayHello((text) => chunk({ role: 'assistant', text, extra: { error: null } })), { extra: { error: null } }),
    judge: answers('Hello'),
  },
  {
    name: 'running usage in every chunk: not summed',
    play: () => {
      let output = 0;
      const usage = () => usageReport({ input: 10, output: ++output });
      return stop(sayHello((text) => chunk({ role: 'assistant', text, usage: usage() })), { usage: usage() });
    },
    judge: (seen) => {
      if (seen.outcome !== 'complete') return wrong(ending(seen));
      if (seen.usage === undefined) return notItsJob;
      const [input, output] = seen.usage;
      return input === 10 && output === 3 ? right : wrong(`${input ?? '?'} + ${output ?? '?'} for 10 + 3`);
    },
  },
  {
    name: 'CRLF stream cut at every byte: text kept',
    play: () => script().headers().split('every').body(`${inBytes}data: [DONE]\r\n\r\n`).end(),
    judge: answers('Hello'),
  },
];

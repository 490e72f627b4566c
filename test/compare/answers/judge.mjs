import { isDeepStrictEqual } from 'node:util';
import { LAST_WORDS } from './replayServer.mjs';
import { digest, NOTHING, valueOf } from './stream.mjs';

/**
 * Verdicts on what a client made of a stream, by the row of the table: `true`, or in a few words what was wrong. A row is left
 * out where the stream has nothing of it, or the client leaves it to its user.
 */
export const ROWS = {
  text: 'text',
  reasoning: 'reasoning, told apart',
  calls: 'tool calls: ids, names, order',
  args: 'their arguments, parsed',
  endings: 'why it ended, or the error',
  usage: 'usage: input, output',
  objects: 'JSON answers',
  growth: 'while they grow, no half number',
  loops: 'tool loops, two turns',
};

const same = isDeepStrictEqual;
const verdict = (right, note) => right || note;
const told = ({ outcome, message }) => (outcome === 'error' ? `error: ${message.replaceAll(/\s+/g, ' ')}` : outcome);
const shorten = (value) => JSON.stringify(value)?.slice(0, 120);

export const judgeAnswer = ({ expected }, seen, leaves = []) => {
  if (expected.broken) return { endings: verdict(seen.outcome === 'error', `${seen.outcome}, though it is broken`) };
  const asked = [
    ...(expected.text === undefined ? [] : ['text']),
    ...(expected.reasoning === NOTHING || leaves.includes('reasoning') ? [] : ['reasoning']),
    ...(expected.calls.length > 0 ? ['calls', 'args'] : []),
    'endings',
    'usage',
  ];
  if (seen.outcome !== 'complete') return Object.fromEntries(asked.map((row) => [row, told(seen)]));
  const { answer } = seen;
  const right = {
    text: () => digest(answer.text) === expected.text,
    reasoning: () => digest(answer.reasoning) === expected.reasoning,
    // An id that the endpoint did not send is the client's own.
    calls: () => same(answer.calls.map(({ id, name }, at) => [expected.calls[at]?.id && id, name]), expected.calls.map(({ id, name }) => [id, name])),
    args: () => same(answer.calls.map(({ value }) => value), expected.calls.map(({ args }) => valueOf(args))),
    endings: () => answer.endings.some((ending) => expected.endings.includes(ending ?? null)),
    usage: () => same(answer.usage.map((figure) => figure ?? null), [0, 1].map((at) => expected.usage[at] ?? null)),
  };
  return Object.fromEntries(asked.map((row) => [row, verdict(right[row](), shorten(answer[row === 'args' ? 'calls' : row]))]));
};

/** Whether nothing that was shown is taken back: only what is open grows. */
const growsInto = (early, late) => {
  if (typeof early === 'string' && typeof late === 'string') return late.startsWith(early);
  if (typeof early !== 'object' || early === null || typeof late !== 'object' || late === null) return early === late;
  return Array.isArray(early) === Array.isArray(late) && Object.entries(early).every(([key, value]) => growsInto(value, late[key]));
};

/** The value must be right; it must be seen to grow, and nothing that was shown on the way may be wrong. */
export const judgeObject = ({ value }, seen) => {
  if (seen.outcome !== 'complete') return { objects: told(seen), growth: told(seen) };
  return { objects: verdict(same(seen.value, value), `is ${shorten(seen.value)}`), growth: growthOf(seen, value) };
};

const growthOf = (seen, value) => {
  const shown = seen.shown.filter((partial) => partial !== null && !same(partial, {}));
  const wrong = shown.find((partial) => !growsInto(partial, value));
  if (wrong !== undefined) return `shows …${JSON.stringify(wrong).slice(-60)}`;
  return verdict(shown.some((partial) => !same(partial, value)), 'shows nothing on the way');
};

/** A loop over the calls of a stream: those that can be run, in an answer that is whole. */
export const isLoop = ({ expected, choices }) =>
  !expected.broken && choices === 1 && !expected.legacy && expected.calls.length > 0 && !expected.endings.includes('length') && expected.calls.every(({ args }) => typeof valueOf(args) === 'object');

export const judgeLoop = ({ expected }, seen, requests) => {
  const wanted = expected.calls.map(({ name, args }) => ({ name, value: valueOf(args) }));
  const wrong = (note) => ({ loops: note });
  if (seen.outcome !== 'complete') return wrong(told(seen));
  if (!same(seen.runs, wanted)) return wrong(`runs ${shorten(seen.runs)}`);
  if (seen.said !== LAST_WORDS) return wrong(`ends with ${shorten(seen.said)}`);
  const sent = requests[1]?.messages ?? [];
  const calls = sent.find(({ role }) => role === 'assistant')?.tool_calls ?? [];
  if (!same(calls.map(({ function: called }) => ({ name: called.name, value: valueOf(called.arguments) })), wanted)) return wrong(`sends back ${shorten(calls)}`);
  if (calls.some(({ id }, at) => expected.calls[at].id !== undefined && id !== expected.calls[at].id)) return wrong(`sends back ids ${calls.map(({ id }) => id)}`);
  if (new Set(calls.map(({ id }) => id)).size < calls.length) return wrong(`sends back one id twice: ${calls.map(({ id }) => id)}`);
  const results = calls.map(({ id }) => sent.filter((message) => message.role === 'tool' && message.tool_call_id === id).map(({ content }) => valueOf(content)));
  return { loops: verdict(requests.length === 2 && same(results, wanted.map((each) => [each])), `sends results ${shorten(results)}`) };
};

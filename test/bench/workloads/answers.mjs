import { createHash } from 'node:crypto';

/** What a client made of a call: `text`, and where it puts them together, `reasoning` and `calls`, the input of each. */

/** The answer that deltas add up to. */
export const answerOf = (deltas) => {
  const inputs = [];
  for (const { index, function: { arguments: piece } } of deltas.flatMap(({ tool_calls: pieces = [] }) => pieces)) {
    (inputs[index] ??= []).push(piece);
  }
  return {
    text: deltas.map(({ content = '' }) => content).join(''),
    reasoning: deltas.map(({ reasoning = '' }) => reasoning).join(''),
    calls: inputs.map((pieces) => pieces.join('')),
  };
};

/** The same with what stands between tags as reasoning. */
export const withoutTags = ({ text, reasoning, calls }) => {
  const [, thought, rest] = /^<think>([^]*)<\/think>([^]*)$/.exec(text);
  return { text: rest, reasoning: reasoning + thought, calls };
};

const printOf = (text) => `${text.length} characters, ${createHash('sha1').update(text).digest('hex').slice(0, 8)}`;

const inputPrint = (input) => printOf(JSON.stringify(typeof input === 'string' ? JSON.parse(input) : input));

/** Few words by which an answer is known, cheap to hand from one process to another. */
export const fingerprint = ({ text, reasoning, calls }) => ({
  ...(text !== undefined && { text: printOf(text) }),
  ...(reasoning !== undefined && { reasoning: printOf(reasoning) }),
  ...(calls !== undefined && { calls: calls.map(inputPrint).join('; ') }),
});

/** Whether a client found what it should; what it leaves to its user is not held against it. */
export const isRight = (found, expected) => Object.entries(found).every(([part, print]) => print === expected[part]);

/** Which part of an answer is wrong, and how. */
export const mistakeIn = (found, expected) => {
  const [part, print] = Object.entries(found).find(([name, each]) => each !== expected[name]);
  return `${part}: ${print}, not ${expected[part]}`;
};

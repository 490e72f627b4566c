import { createHash } from 'node:crypto';

/**
 * A recorded stream: its `name`, its `body`, the `tools` that the model was offered, how many `choices` were asked for, and
 * what is right of its first choice (`expected`). A structured answer has its `schema` besides, and the `value` it holds.
 *
 * `expected`: digests of the text and of the reasoning, calls (id, name, args as sent), words for why it ended, usage
 * ([input, output]), and `broken`: a piece is missing or an error was sent, so that only an error is right.
 */
export const digest = (text) => createHash('sha256').update(text).digest('hex');

export const NOTHING = digest('');

/** The arguments as a value; undefined where they are no JSON. None at all means that there are none to give. */
export const valueOf = (args) => {
  if ((args ?? '') === '') return {};
  if (typeof args !== 'string') return args;
  try {
    return JSON.parse(args);
  } catch {
    return undefined;
  }
};

/** What one stop means, whatever the word. */
const MEANINGS = { eos: 'stop', eos_token: 'stop', end_turn: 'stop', max_tokens: 'length', function_call: 'tool_calls' };

/** Every word that is right for why an answer ended: the endpoint's own, what it means, and that tools are called. */
export const endings = (reasons, calls) => {
  if (reasons.length === 0 && calls.length === 0) return [null, 'unknown', 'other'];
  return [...reasons, ...reasons.map((reason) => MEANINGS[reason] ?? reason), ...(calls.length > 0 ? ['tool_calls'] : [])];
};

/** The JSON chunks of an SSE body, by the letter of the standard; `damaged` when one does not parse. */
export const chunksOf = (body) => {
  const chunks = [];
  let damaged = false;
  for (const [, data] of body.toString().matchAll(/^data: ?(\{[^\r\n]*)$/gm)) {
    try {
      chunks.push(JSON.parse(data));
    } catch {
      damaged = true;
    }
  }
  return { chunks, damaged };
};

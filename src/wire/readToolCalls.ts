import type { ToolCallPiece } from './Chunk.ts';
import { isArray, isObject, numberOf, textOf, type JsonObject } from './json.ts';
import type { OddityTaker } from './OddityTaker.ts';

/** An index above this is no place in a list of calls but damage, or an attempt to make somebody allocate. */
const MAX_INDEX = 65_535;

/** Reads the tool-call fragments of a delta, the legacy `function_call` among them, in the order sent. */
export const readToolCalls = (
  delta: JsonObject,
  told: OddityTaker,
): readonly ToolCallPiece[] | undefined => {
  const calls = delta['tool_calls'];
  const legacy = delta['function_call'];
  const sent = isArray(calls) && calls.length > 0 ? calls : isObject(calls) ? [calls] : isObject(legacy) ? [{ function: legacy }] : undefined;
  if (sent === undefined) return undefined;
  const pieces = sent.filter(isObject).map((call) => readPiece(call, told)).filter(saysSomething);
  return pieces.length === 0 ? undefined : pieces;
};

/** Some endpoints fill the field with a call of empty strings where there is none. snowflake-cortex/snowflake-model-simple */
const saysSomething = ({ id, name, args, extra }: ToolCallPiece): boolean =>
  id !== undefined || name !== undefined || args !== '' || extra !== undefined;

const readPiece = (call: JsonObject, told: OddityTaker): ToolCallPiece => {
  // Some endpoints put name and arguments beside the id instead of into `function`.
  const named = isObject(call['function']) ? call['function'] : call;
  const args = named['arguments'];
  const isText = typeof args === 'string';
  return {
    index: readIndex(call['index'], told),
    id: textOf(call['id']),
    name: textOf(named['name']),
    args: isText ? args : args === null || args === undefined ? '' : JSON.stringify(args),
    argsWhole: !isText && args !== null && args !== undefined,
    extra: readExtra(call),
  };
};

const readIndex = (index: unknown, told: OddityTaker): number | undefined => {
  if (index === undefined || index === null) return undefined;
  const number = typeof index === 'string' ? numberOf(index) : index;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= MAX_INDEX) return number;
  told.odd('tool_index', 'a tool call has an index that is no place in a list; it is told apart by its id');
  return undefined;
};

/** Fields outside the standard that must go back on the next turn: Gemini's thought signature comes in `extra_content`. */
const readExtra = (call: JsonObject): Readonly<Record<string, unknown>> | undefined => {
  const extra = call['extra_content'];
  return isObject(extra) ? { extra_content: extra } : undefined;
};

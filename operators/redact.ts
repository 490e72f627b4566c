import { configError } from '../src/errors/configError.ts';
import type { EventOperator } from './EventOperator.ts';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { liftEvents } from './liftEvents.ts';
import { createRedactor, type RedactedType } from './redact/createRedactor.ts';
import { createWindowMatcher } from './text/createWindowMatcher.ts';
import type { Find } from './text/Find.ts';
import { findFirst, findPattern } from './text/findPattern.ts';

/**
 * What is taken out: a text, what a `RegExp` matches, or what a function finds first at `from` or behind it, in a part of the
 * answer. A function must find the same wherever it is asked from.
 */
export type RedactPattern = string | RegExp | Find;

/** Config of `redact`. */
export interface RedactConfig {
  /**
   * What stands in its place, or a function that makes it of the match; one that gives the match back leaves it.
   *
   * @defaultValue '[redacted]'
   */
  readonly replacement?: string | ((match: string) => string) | undefined;
  /**
   * The longest match that is found however the text is cut, with all it looks ahead at, in UTF-16 units.
   *
   * @defaultValue 256, or the longest of the texts where there are only texts
   */
  readonly maxLength?: number | undefined;
  /**
   * What is looked into. `details` of reasoning that is looked into are left out, since they repeat it.
   *
   * @defaultValue ['text']
   */
  readonly within?: readonly ('text' | 'reasoning' | 'refusal' | 'toolInput')[] | undefined;
}

/**
 * Replaces matches in the answer, also those that come in pieces; all else comes out as it came in. Patterns are tried
 * together: the first match counts, and of those that begin together the longest.
 *
 *     in:   s-t----t----t-(fd)|      t = "Mail jo", "e@x.or", "g!"
 *     out:  s---------------(tfd)|   t = "Mail [redacted]!"
 *
 * The result does not depend on how the text is cut. To be sure of that, `maxLength` characters are held at any time, and up
 * to an eighth more, or 8, in each kind of text of each choice. They go out before a `finish` or another part of the choice,
 * before `done`, and at completion, but not on error. A longer match may be found in part. A match does not reach from one
 * kind of text, choice or tool call into another. Not looked into are `logprobs`, annotations, `raw` chunks, the transcript of
 * audio, and a `tool_call` made before it: leave those out where it matters, and put it before `assembleToolCalls`, which
 * makes the same calls behind it, of which it keeps the arguments until then. Resets on `start`.
 *
 * Patterns see at most this much, and 32 characters to look back at: so a pattern that takes quadratic
 * time stays quick, but one with nested repetition, like `(a+)+$`, does not: write none that the text could turn on you. In
 * `toolInput` a replacement is written into JSON as it is, and a match is one of the JSON text: what stands there in escapes,
 * like `\\u0040` for `@`, is not found.
 *
 * @example
 * import { of } from 'rxjs';
 * import { accumulateText, redact } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Mail joe@x.org!' } as const)
 *   .pipe(redact(/[\w.]+@[\w.]*\w/), accumulateText())
 *   .subscribe((text) => console.log(text)); // Mail [redacted]!
 *
 * @throws `CompletionError` with code `config`, when called with nothing to take out.
 */
export const redact = (patterns: RedactPattern | readonly RedactPattern[], config: RedactConfig = {}): EventOperator => {
  expectConfig('redact', config, FIELDS);
  const all = [patterns].flat();
  if (all.length === 0 || all.includes('')) throw configError('`redact` takes texts that are not empty, RegExps or functions');
  const finds = all.map(findOf);
  const texts = all.filter((pattern) => typeof pattern === 'string');
  const longest = Math.max(...texts.map(({ length }) => length));
  const { maxLength = texts.length === all.length ? longest : Math.max(256, longest), replacement = '[redacted]', within = ['text'] } = config;
  expectAmount('redact', { maxLength }, Math.max(1, longest));
  for (const kind of within) expectConfig('redact', { within: kind }, { within: Object.keys(TYPES) });
  const types = new Set(within.map((kind) => TYPES[kind]));
  const write = typeof replacement === 'string' ? () => replacement : replacement;
  return liftEvents(createRedactor(createWindowMatcher(findFirst(finds), maxLength), types, write));
};

const FIELDS: ConfigFields<RedactConfig> = { replacement: true, maxLength: true, within: true };

const TYPES: Readonly<Record<NonNullable<RedactConfig['within']>[number], RedactedType>> = {
  text: 'text_delta',
  reasoning: 'reasoning_delta',
  refusal: 'refusal_delta',
  toolInput: 'tool_call_delta',
};

const findOf = (pattern: RedactPattern): Find => {
  if (typeof pattern === 'function') return expectPlace(pattern);
  if (pattern instanceof RegExp) return findPattern(pattern);
  if (typeof pattern !== 'string') throw configError('`redact` takes texts, RegExps or functions');
  return (text, from) => {
    const index = text.indexOf(pattern, from);
    return index < 0 ? undefined : { index, length: pattern.length };
  };
};

/** What a function finds by `indexOf` is -1 where there is nothing; that, and a match of no length, is no place. */
const expectPlace =
  (find: Find): Find =>
  (text, from) => {
    const place = find(text, from);
    return place !== undefined && Number.isInteger(place.index + place.length) && place.index >= from && place.length > 0 ? place : undefined;
  };

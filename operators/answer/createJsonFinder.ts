import { isSpace } from '../../src/events/createJsonScanner.ts';
import type { Stage } from '../../src/stage.ts';
import { coreOf } from './partOf.ts';

/**
 * Finds where the JSON of an answer begins, behind words and code fences, and gives the text from there on. A bracket in
 * prose is told from the answer's by what follows it, so that is held with the blanks between them: `{` goes on with a name,
 * `[` with an element. What comes behind the JSON is for the reader to leave alone.
 */
export const createJsonFinder =
  (schema: unknown): Stage<string, string> =>
  (emit) => {
    const continuations = continuationsOf(schema);
    let held = '';
    let found = false;

    const seek = (text: string): void => {
      for (let at = 0; at < text.length; at += 1) {
        const character = text.charAt(at);
        if (held !== '') {
          if (isSpace(text.charCodeAt(at))) {
            held += character;
            continue;
          }
          found = continuations.get(held.charAt(0))?.includes(character) ?? false;
          if (found) {
            emit(held + text.slice(at));
            return;
          }
        }
        held = continuations.has(character) ? character : '';
      }
    };

    return {
      push: (text) => {
        if (found) emit(text);
        else seek(text);
      },
      flush: () => undefined,
    };
  };

/** The brackets an answer may begin with, and what may come next. Not literals: `[n` is the beginning of a note, too. */
const continuationsOf = (schema: unknown): ReadonlyMap<string, string> => {
  const def = coreOf(schema, true);
  const object = ['{', '"}'] as const;
  const list = ['[', `${openersOf(def?.type === 'array' ? def.element : undefined)}]`] as const;
  const kind = kindOf(schema);
  return new Map(kind === 'object' ? [object] : kind === 'list' ? [list] : kind === undefined ? [object, list] : []);
};

const openersOf = (schema: unknown): string => {
  const kind = kindOf(schema);
  return kind === undefined ? Object.values(OPENERS).join('') : OPENERS[kind];
};

const OPENERS = { object: '{', list: '[', text: '"', number: '-0123456789' } as const;

/** What a value of a schema looks like, where that is one thing. */
const kindOf = (schema: unknown): keyof typeof OPENERS | undefined => {
  const def = coreOf(schema, true);
  return def === undefined || def.coerce === true ? undefined : KINDS[def.type];
};

const KINDS: Readonly<Record<string, keyof typeof OPENERS>> = {
  object: 'object',
  record: 'object',
  array: 'list',
  tuple: 'list',
  string: 'text',
  number: 'number',
};

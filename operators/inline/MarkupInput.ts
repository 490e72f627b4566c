import { createBracketCounter } from './createBracketCounter.ts';

/** Reads markup, and yields where it needs more of the text. */
export type Reading<Out = void> = Generator<undefined, Out, undefined>;

/** The text behind an opening tag, as far as it has come. Every reader takes from it what it finds, or nothing. */
export interface MarkupInput {
  /** Adds a piece of text. */
  add(piece: string): void;
  /** The next character. */
  peek(): Reading<string>;
  blanks(): Reading;
  /** Takes exactly this text; `false` where another one stands. */
  literal(text: string): Reading<boolean>;
  /** Takes letters, digits and `_ . : / -`; may be empty. */
  word(): Reading<string>;
  /** Takes all up to a text and that text itself; gives what stands before it. */
  until(end: string): Reading<string>;
  /** Takes a JSON object or array to its last bracket; `undefined` where there is none. It is not validated. */
  json(): Reading<string | undefined>;
  /** Forgets what was taken: it is no text. */
  drop(): void;
  /** What was taken since the last drop. */
  taken(): string;
  /** What was not taken. */
  rest(): string;
}

/** `open` is the tag, which was taken before. */
export const createMarkupInput = (open: string): MarkupInput => {
  let taken = open;
  let rest = '';

  const take = (length: number): string => {
    const part = rest.slice(0, length);
    taken += part;
    rest = rest.slice(length);
    return part;
  };

  /** Takes what comes before the first character that matches, in as many pieces as it comes. */
  function* takeUntil(pattern: RegExp): Reading<string> {
    let found = '';
    for (;;) {
      const end = rest.search(pattern);
      found += take(end < 0 ? rest.length : end);
      if (end >= 0) return found;
      yield;
    }
  }

  return {
    add: (piece) => {
      rest += piece;
    },
    *peek() {
      while (rest === '') yield;
      return rest.charAt(0);
    },
    *blanks() {
      yield* takeUntil(/\S/);
    },
    *literal(text) {
      while (rest.length < text.length) {
        if (!text.startsWith(rest)) return false;
        yield;
      }
      if (!rest.startsWith(text)) return false;
      take(text.length);
      return true;
    },
    *word() {
      return yield* takeUntil(/[^\w.:/-]/);
    },
    *until(end) {
      let before = '';
      for (;;) {
        const at = rest.indexOf(end);
        if (at >= 0) {
          before += take(at);
          take(end.length);
          return before;
        }
        // The end may have begun.
        before += take(Math.max(0, rest.length - end.length + 1));
        yield;
      }
    },
    *json() {
      const counter = createBracketCounter();
      let json = '';
      for (;;) {
        json += take(counter.read(rest));
        if (counter.state() === 'whole') return json;
        if (counter.state() === 'broken') return undefined;
        yield;
      }
    },
    drop: () => {
      taken = '';
    },
    taken: () => taken,
    rest: () => rest,
  };
};

import type { ThinkTagPair } from './ThinkTag.ts';

/** A text that ends a place and is dropped. `to` is a function because places lead to each other in circles. */
export interface Token {
  readonly text: string;
  readonly to: () => Place;
}

/** Where in an answer the reader stands, and so what the next character means. */
export interface Place {
  /** Whether text here is thinking. */
  readonly thought: boolean;
  /** The tags that count here. */
  readonly tokens: readonly Token[];
  /** Where the first character leads that is neither blank nor part of a tag; absent where it leads nowhere else. */
  readonly onWord?: Place;
  /** Whether the blanks before that character are dropped. Only with `onWord`. */
  readonly dropsBlanks: boolean;
}

/** What `firstPlace` needs to know; see `StripThinkConfig`. */
export interface PlaceConfig {
  readonly pairs: readonly ThinkTagPair[];
  readonly startsInside: boolean;
  readonly anywhere: boolean;
  readonly stripsOrphans: boolean;
  readonly trim: boolean;
}

/**
 * Lays out the places of an answer and gives the first one. Wherever `onWord` leads, the tags that count are among those
 * that counted before; the splitter relies on it when it does not look at a character twice.
 */
export const firstPlace = ({ pairs, startsInside, anywhere, stripsOrphans, trim }: PlaceConfig): Place => {
  const opens = (back: () => Place): Token[] =>
    pairs.map((pair) => ({ text: pair.open, to: () => block([{ text: pair.close, to: back }]) }));
  const closes = (to: () => Place): Token[] => pairs.map((pair) => ({ text: pair.close, to }));
  const orphans = (to: () => Place): Token[] => (stripsOrphans ? closes(to) : []);

  const block = (tokens: readonly Token[], redundant: readonly Token[] = []): Place => ({
    thought: true,
    tokens: [...tokens, ...redundant],
    onWord: { thought: true, tokens, dropsBlanks: false },
    dropsBlanks: trim,
  });
  const answer: Place = {
    thought: false,
    tokens: [...(anywhere ? opens(() => answer) : []), ...orphans(() => answer)],
    dropsBlanks: false,
  };
  const beforeAnswer = (dropsBlanks: boolean): Place => ({
    thought: false,
    tokens: [...opens(() => afterBlock), ...orphans(() => afterBlock)],
    onWord: answer,
    dropsBlanks,
  });
  const afterBlock = beforeAnswer(trim);

  // Some models open the block although the template has opened it already; that tag is no thought either.
  return startsInside ? block(closes(() => afterBlock), opens(() => afterBlock)) : beforeAnswer(false);
};

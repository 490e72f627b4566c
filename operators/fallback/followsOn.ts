/** Where a continuation meets what it continues. */
export interface Seam {
  /** The text delivered so far. */
  readonly partial: string;
  /** How the continuation begins: at least 64 characters of it, or all it has before something else comes. */
  readonly opening: string;
  /** How many characters of the opening repeat the end of the partial text, and are to be trimmed; 0 when too few do. */
  readonly overlap: number;
}

/**
 * Whether a continuation can be joined to the partial text. One that overlaps can. One that does not is what a prefilled
 * model gives, or a chat model that talks about going on: that shows in how it begins.
 */
export const followsOn = ({ opening, overlap }: Seam): boolean => {
  if (overlap > 0) return true;
  const words = opening.slice(0, 64).trimStart().replaceAll('’', "'");
  return !OPENERS.some((opener) => words.startsWith(opener));
};

/** With capitals: in the middle of a sentence the same words go on. */
const OPENERS = [
  ...['Sorry', 'Apologies', 'My apologies', 'I apologi', "I'm sorry", 'I am sorry'],
  ...['Sure,', 'Sure!', 'Sure.', 'Certainly!', 'Certainly,', 'Of course!', 'Of course,'],
  ...['Continuing ', 'Let me continue', "I'll continue", 'I will continue', 'To continue', 'As I was saying'],
  ...['Here is the rest', "Here's the rest", 'Here is the continuation', "Here's the continuation"],
] as const;

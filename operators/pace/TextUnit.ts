/** What text is parted into: what a reader takes for one character, a word with what follows it, a line with its end. */
export type TextUnit = 'grapheme' | 'word' | 'line';

/**
 * How much of a text to let out: `want` characters rounded up to the end of a unit, or less where the text has no more whole
 * units. The text begins with a unit. Unless it is whole, its last unit may still grow.
 */
export type UnitEnd = (text: string, want: number, whole: boolean) => number;

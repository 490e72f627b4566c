/**
 * Takes control characters out of what others wrote, except newline and tab: an answer can hold the sequences that move a
 * terminal's cursor, rename its window or write to its clipboard.
 */
export const clean = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '');

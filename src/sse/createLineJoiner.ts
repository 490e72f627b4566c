/** Lines on their way to becoming one text. */
export interface LineJoiner {
  add(line: string): void;
  /** All lines, joined by line breaks. */
  whole(): string;
}

const MAX_SEPARATE_LINES = 1024;

/**
 * Joins lines. Added to a string one by one, short lines take some thirty times their length until somebody looks at the
 * string, and then all at once the time to bring them together.
 */
export const createLineJoiner = (): LineJoiner => {
  const joined: string[] = [];
  let lines: string[] = [];
  return {
    add: (line) => {
      if (lines.push(line) < MAX_SEPARATE_LINES) return;
      joined.push(lines.join('\n'));
      lines = [];
    },
    whole: () => [...joined, ...lines].join('\n'),
  };
};

/** Breaks text between words as it streams in, and indents each new line. */
export interface Wrapper {
  push(text: string): void;
  /** Writes the word that is held because it may go on. */
  flush(): void;
}

/** Starts at column `indent`, where a label has been written. */
export const createWrapper = (write: (text: string) => void, indent: number, width: number): Wrapper => {
  let column = indent;
  // Line ends and blanks are written when something follows them, so that none stand at the end.
  let lineEnds = 0;
  let blank = '';
  let word = '';

  const newLine = (count: number): void => {
    write('\n'.repeat(count) + ' '.repeat(indent));
    column = indent;
    lineEnds = 0;
  };

  const release = (): void => {
    if (word === '') return;
    const needed = widthOf(word);
    if (lineEnds > 0) newLine(lineEnds);
    else if (column > indent && column + widthOf(blank) + needed > width) {
      newLine(1);
      blank = '';
    }
    write(blank + word);
    column += widthOf(blank) + needed;
    blank = word = '';
  };

  return {
    push: (text) => {
      for (const token of text.match(TOKENS) ?? []) {
        if (token === '\n') {
          release();
          blank = '';
          lineEnds += 1;
        } else if (token.trim() === '') {
          release();
          blank += token;
        } else {
          // Languages without spaces may be broken anywhere, and must not be held to the end of the sentence.
          if (WIDE.test(token)) release();
          word += token;
          if (WIDE.test(token)) release();
        }
      }
    },
    flush: release,
  };
};

const TOKENS = /\n|[^\S\n]+|[\u1100-\u115f\u2e80-\uabff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60]|[^\s\u1100-\u115f\u2e80-\uabff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60]+/gu;

const WIDE = /[\u1100-\u115f\u2e80-\uabff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60]|\p{Emoji_Presentation}/u;

const widthOf = (text: string): number => {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
};

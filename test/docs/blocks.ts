/** A piece of code in a page or a comment. */
export interface Block {
  /** Where it stands, as an editor would open it. */
  readonly at: string;
  readonly code: string;
}

/** The ```ts blocks of a page, in order. */
export const fencedBlocks = (path: string, text: string): Block[] =>
  [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    at: `${path}:${lineAt(text, match.index)}`,
    code: match[1] ?? '',
  }));

/** The examples of a file's TSDoc, with or without a fence. */
export const exampleBlocks = (path: string, text: string): Block[] =>
  [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap((comment) => {
    const lines = comment[0].split('\n').map((line) => line.replace(/^\s*\*(\/$| ?)/, ''));
    return lines.flatMap((line, index) => {
      if (line.trim() !== '@example') return [];
      const rest = lines.slice(index + 1);
      const end = rest.findIndex((each) => each.startsWith('@'));
      const code = rest.slice(0, end < 0 ? undefined : end).filter((each) => !each.startsWith('```'));
      return [{ at: `${path}:${lineAt(text, comment.index) + index}`, code: code.join('\n') }];
    });
  });

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

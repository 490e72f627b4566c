/** What a piece of a connection gave for the body of its request; `rest` belongs to whatever comes next. */
export interface TakenBody {
  readonly content: readonly Buffer[];
  readonly rest: Buffer;
  readonly whole: boolean;
}

/** Takes the next bytes of a request's body off a connection. */
export type BodyTaker = (unread: Buffer) => TakenBody;

/** Builds the taker for a request with these headers. */
export const createBodyTaker = (headers: Readonly<Record<string, string>>): BodyTaker => {
  if (/\bchunked\b/i.test(headers['transfer-encoding'] ?? '')) return createChunkedTaker();
  const length = Number(headers['content-length'] ?? 0);
  if (!Number.isSafeInteger(length) || length < 0) throw new Error('a content-length that is no length');
  return createLengthTaker(length);
};

const createLengthTaker = (length: number): BodyTaker => {
  let missing = length;
  return (unread) => {
    const content = unread.subarray(0, missing);
    missing -= content.length;
    return { content: [content], rest: unread.subarray(content.length), whole: missing === 0 };
  };
};

const createChunkedTaker = (): BodyTaker => {
  let missing = 0;
  let next: 'size' | 'content' | 'gap' | 'trailer' = 'size';
  return (unread) => {
    const content: Buffer[] = [];
    let rest = unread;
    for (;;) {
      if (next === 'content') {
        const piece = rest.subarray(0, missing);
        content.push(piece);
        rest = rest.subarray(piece.length);
        missing -= piece.length;
        if (missing > 0) return { content, rest, whole: false };
        next = 'gap';
      }
      const lineEnd = rest.indexOf('\r\n');
      if (lineEnd < 0) return { content, rest, whole: false };
      const line = rest.toString('latin1', 0, lineEnd);
      rest = rest.subarray(lineEnd + 2);
      if (next === 'gap') next = 'size';
      else if (next === 'size') {
        missing = sizeOf(line);
        next = missing === 0 ? 'trailer' : 'content';
      } else if (line === '') return { content, rest, whole: true };
    }
  };
};

const sizeOf = (line: string): number => {
  const [, digits] = /^([0-9a-f]{1,8})\s*(?:;.*)?$/i.exec(line) ?? [];
  if (digits === undefined) throw new Error('a chunk size that is no number');
  return Number.parseInt(digits, 16);
};

/** Joins base64 that was encoded piece by piece: padding within the pieces would end the sound there. */
export interface Base64Joiner {
  push(piece: string): void;
  /** All that came, as one base64 text. It grows by appending. */
  data(): string;
}

export const createBase64Joiner = (): Base64Joiner => {
  let whole = '';
  /** Bytes that do not fill three yet, one character each. */
  let rest = '';

  return {
    data: () => whole + btoa(rest),
    push: (piece) => {
      if (rest === '' && piece.length % 4 === 0 && !piece.endsWith('=')) {
        whole += piece;
        return;
      }
      try {
        const bytes = rest + atob(piece);
        const end = bytes.length - (bytes.length % 3);
        whole += btoa(bytes.slice(0, end));
        rest = bytes.slice(end);
      } catch {
        // No base64 at all: what came is better than nothing.
        whole += btoa(rest) + piece;
        rest = '';
      }
    },
  };
};
